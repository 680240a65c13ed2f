# METADATA
# title: System priority outside kube-system
# custom:
#   id: WL-053
#   severity: medium
#   targets:
#   - workload
#   why: It pushes out everything else when a node runs short.
#   fix: Use a PriorityClass of your own.
package library.pod.system_priority

import data.lib.finding
import data.lib.inventory
import data.lib.workload

violation contains finding.at(workload.path, ["priorityClassName"], msg) if {
	startswith(workload.pod.priorityClassName, "system-")
	inventory.namespace != "kube-system"
	msg := sprintf("the Pod has the priority %s outside kube-system", [workload.pod.priorityClassName])
}
