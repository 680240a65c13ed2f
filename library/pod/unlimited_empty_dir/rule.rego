# METADATA
# title: emptyDir in memory without a size limit
# custom:
#   id: WL-057
#   severity: low
#   targets:
#   - workload
#   why: Files in it count as memory of the node.
#   fix: Set emptyDir.sizeLimit.
package library.pod.unlimited_empty_dir

import data.lib.finding
import data.lib.workload

violation contains finding.at(v.path, ["emptyDir", "sizeLimit"], msg) if {
	some v in workload.volumes
	is_object(v.spec.emptyDir)
	v.spec.emptyDir.medium == "Memory"
	not v.spec.emptyDir.sizeLimit
	msg := sprintf("volume %q takes memory without a limit", [v.name])
}
