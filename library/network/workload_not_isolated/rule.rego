# METADATA
# title: Workload not selected by any policy
# custom:
#   id: NET-016
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0030
#   references:
#   - kube-linter
#   - CKV2_K8S_6
#   why: What no policy selects is open to every Pod of the cluster.
#   fix: Add a default deny and a policy for the workload.
#   sync:
#   - networking.k8s.io/v1/NetworkPolicy
package library.network.workload_not_isolated

import data.lib.finding
import data.lib.inventory
import data.lib.network
import data.lib.selector
import data.lib.workload

violation contains finding.at(["metadata", "name"], [], msg) if {
	workload.pod
	not workload.pod.hostNetwork == true
	inventory.given("NetworkPolicy")
	not _isolated
	msg := sprintf("no NetworkPolicy selects %s %q: everything may talk to it", [workload.kind, finding.name])
}

_isolated if {
	some policy in inventory.objects(inventory.namespace, "NetworkPolicy")
	"Ingress" in network.types(policy)
	selector.matches(network.pod_selector(policy), workload.labels)
}
