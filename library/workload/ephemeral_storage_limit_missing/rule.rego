# METADATA
# title: Ephemeral-storage limits missing
# custom:
#   id: WL-007
#   severity: info
#   targets:
#   - workload
#   references:
#   - kube-score
#   why: Logs and scratch files of one container can fill the node's disk.
#   fix: Set resources.limits.ephemeral-storage.
package library.workload.ephemeral_storage_limit_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["resources", "limits", "ephemeral-storage"], msg) if {
	some c in workload.without_limit("ephemeral-storage")
	msg := sprintf("container %q sets no ephemeral-storage limit", [c.name])
}
