# METADATA
# title: CPU limits missing
# custom:
#   id: WL-003
#   severity: info
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0270
#   references:
#   - KSV-0011
#   why: One container may starve the others on its node. Limits also throttle; whether to set them is debated.
#   fix: Set resources.limits.cpu where fairness matters more than bursts.
package library.workload.cpu_limit_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["resources", "limits", "cpu"], msg) if {
	some c in workload.without_limit("cpu")
	msg := sprintf("container %q sets no cpu limit", [c.name])
}
