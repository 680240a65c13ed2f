# METADATA
# title: Duplicate container or port name
# custom:
#   id: WL-039
#   severity: high
#   targets:
#   - workload
#   why: The API server refuses the Pod.
#   fix: Give each its own name.
package library.workload.duplicate_name

import data.lib.finding
import data.lib.workload

violation contains finding.at(other.path, ["name"], msg) if {
	some i, one in workload.containers
	some j, other in workload.containers
	i < j
	one.name == other.name
	msg := sprintf("two containers are called %q", [one.name])
}

violation contains finding.at(c.path, ["ports", later, "name"], msg) if {
	some c in workload.containers
	some earlier, one in c.spec.ports
	some later, other in c.spec.ports
	earlier < later
	one.name == other.name
	msg := sprintf("container %q has two ports called %q", [c.name, one.name])
}
