# METADATA
# title: Policy selects a Pod on the host network
# custom:
#   id: NET-018
#   severity: low
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The policy promises more than it does.
#   fix: Leave the host network, or filter on the node.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.network.host_network_selected

import data.lib.finding
import data.lib.inventory
import data.lib.network
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "podSelector"], [], msg) if {
	some found in inventory.workloads(inventory.namespace)
	workload.spec_of(found).hostNetwork == true
	not selector.empty(network.pod_selector(input.review.object))
	selector.matches(network.pod_selector(input.review.object), workload.labels_of(found))
	msg := sprintf("%s %q is on the host network, where most network plugins enforce no policy", [found.kind, found.metadata.name])
}
