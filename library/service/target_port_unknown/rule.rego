# METADATA
# title: Service target port that no Pod has
# custom:
#   id: SVC-004
#   severity: medium
#   targets:
#   - Service
#   why: Requests go to a port where nothing listens.
#   fix: Use the name or number of a container port.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.service.target_port_unknown

import data.lib.finding
import data.lib.inventory
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "ports", i, "targetPort"], [], msg) if {
	wanted := input.review.object.spec.selector
	count(wanted) > 0
	some i, port in input.review.object.spec.ports
	target := object.get(port, "targetPort", port.port)
	ports := [entry |
		some found in inventory.workloads(inventory.namespace)
		selector.covers(wanted, workload.labels_of(found))
		some c in workload.containers_of(found)
		some entry in c.spec.ports
	]
	count(ports) > 0
	not target in ({entry.name | some entry in ports} | {entry.containerPort | some entry in ports})
	msg := sprintf("Service %q: no selected container lists the port %v", [finding.name, target])
}
