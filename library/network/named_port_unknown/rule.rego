# METADATA
# title: Named port that no selected Pod has
# custom:
#   id: NET-017
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The rule allows nothing.
#   fix: Use the name of a container port.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.network.named_port_unknown

import data.lib.finding
import data.lib.inventory
import data.lib.network
import data.lib.selector
import data.lib.workload

violation contains finding.at(rule.path, ["ports", i, "port"], msg) if {
	some rule in network.rules(input.review.object)
	rule.direction == "ingress"
	some i, port in rule.ports
	is_string(port.port)
	chosen := [found |
		some found in inventory.workloads(inventory.namespace)
		selector.matches(network.pod_selector(input.review.object), workload.labels_of(found))
	]
	count(chosen) > 0
	names := {entry.name |
		some found in chosen
		some c in workload.containers_of(found)
		some entry in c.spec.ports
	}
	not port.port in names
	msg := sprintf("NetworkPolicy %q: no selected workload has a port named %q", [finding.name, port.port])
}
