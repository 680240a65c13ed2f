# METADATA
# title: NetworkPolicy peer selects nothing
# custom:
#   id: NET-015
#   severity: low
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   references:
#   - kube-linter
#   why: The connection that it was written for is refused.
#   fix: Correct the labels.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.network.peer_selects_nothing

import data.lib.finding
import data.lib.inventory
import data.lib.network
import data.lib.selector
import data.lib.workload

violation contains finding.at(entry.path, ["podSelector"], msg) if {
	some entry in network.peers(input.review.object)
	object.keys(entry.peer) == {"podSelector"}
	not selector.empty(entry.peer.podSelector)
	found := inventory.workloads(inventory.namespace)
	count(found) > 1
	every object_ in found {
		not selector.matches(entry.peer.podSelector, workload.labels_of(object_))
	}
	msg := sprintf("NetworkPolicy %q: the %s peer selects no workload of the namespace", [finding.name, entry.direction])
}
