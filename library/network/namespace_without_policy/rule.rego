# METADATA
# title: Namespace without NetworkPolicies
# custom:
#   id: CIS-5.3.2
#   severity: medium
#   targets:
#   - Namespace
#   controls:
#   - standard: cis
#     id: 5.3.2
#     versions: 1.8-1.12
#   references:
#   - C-0030
#   why: Every Pod of the cluster may talk to every Pod in it.
#   fix: Add a default deny and the policies that are needed.
#   sync:
#   - networking.k8s.io/v1/NetworkPolicy
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.network.namespace_without_policy

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["metadata", "name"], [], msg) if {
	name := input.review.object.metadata.name
	not name in {"kube-system", "kube-public", "kube-node-lease"}
	count(inventory.workloads(name)) > 0
	count(inventory.objects(name, "NetworkPolicy")) == 0
	msg := sprintf("namespace %q has workloads and no NetworkPolicy", [name])
}
