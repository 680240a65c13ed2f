# METADATA
# title: No default deny in the namespace
# custom:
#   id: IST-015
#   severity: medium
#   targets:
#   - Namespace
#   why: Workloads that no policy selects are open.
#   fix: 'Add an AuthorizationPolicy with spec: {}.'
#   sync:
#   - security.istio.io/v1/AuthorizationPolicy
package library.istio.default_deny_missing

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["metadata", "name"], [], msg) if {
	ns := input.review.object.metadata.name
	policies := inventory.objects(ns, "AuthorizationPolicy")
	count(policies) > 0
	every policy in policies {
		not _denies_all(policy)
	}
	msg := sprintf("namespace %q has AuthorizationPolicies but none that denies the rest", [ns])
}

_denies_all(policy) if {
	not policy.spec.selector
	not policy.spec.targetRefs
	object.get(policy, ["spec", "action"], "ALLOW") == "ALLOW"
	count(object.get(policy, ["spec", "rules"], [])) == 0
}
