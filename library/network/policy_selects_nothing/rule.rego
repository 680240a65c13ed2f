# METADATA
# title: NetworkPolicy selects no workload
# custom:
#   id: NET-014
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   references:
#   - kube-linter
#   why: The workload that it was written for is open.
#   fix: Correct the labels.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.network.policy_selects_nothing

import data.lib.finding
import data.lib.inventory
import data.lib.network
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "podSelector"], [], msg) if {
	not selector.empty(network.pod_selector(input.review.object))
	found := inventory.workloads(inventory.namespace)
	count(found) > 0
	every object_ in found {
		not selector.matches(network.pod_selector(input.review.object), workload.labels_of(object_))
	}
	msg := sprintf("NetworkPolicy %q selects no workload of its namespace", [finding.name])
}
