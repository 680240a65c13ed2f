# METADATA
# title: Namespace without a default deny
# custom:
#   id: NET-021
#   severity: medium
#   targets:
#   - Namespace
#   controls:
#   - standard: nsa
#     id: C-0030
#   why: New workloads start open.
#   fix: Add a NetworkPolicy with an empty podSelector and no rules.
#   sync:
#   - networking.k8s.io/v1/NetworkPolicy
package library.network.default_deny_missing

import data.lib.finding
import data.lib.inventory
import data.lib.network

violation contains finding.at(["metadata", "name"], [], msg) if {
	name := input.review.object.metadata.name
	not name in {"kube-system", "kube-public", "kube-node-lease"}
	policies := inventory.objects(name, "NetworkPolicy")
	count(policies) > 0
	not _denied(policies, "Ingress")
	msg := sprintf("namespace %q has NetworkPolicies but none that denies all other ingress", [name])
}

_denied(policies, type) if {
	some policy in policies
	network.default_deny(policy, type)
}
