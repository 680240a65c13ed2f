# METADATA
# title: Memory limits missing
# custom:
#   id: WL-005
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0271
#   references:
#   - KSV-0018
#   why: A leak in one container takes the memory of the whole node.
#   fix: Set resources.limits.memory.
package library.workload.memory_limit_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["resources", "limits", "memory"], msg) if {
	some c in workload.without_limit("memory")
	msg := sprintf("container %q sets no memory limit", [c.name])
}
