# METADATA
# title: RequestAuthentication that requires no token
# custom:
#   id: IST-008
#   severity: high
#   targets:
#   - RequestAuthentication.security.istio.io
#   why: RequestAuthentication only refuses wrong tokens.
#   fix: Add an AuthorizationPolicy that asks for requestPrincipals.
#   sync:
#   - security.istio.io/v1/AuthorizationPolicy
package library.istio.token_not_required

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "jwtRules"], [], msg) if {
	policies := inventory.objects(inventory.namespace, "AuthorizationPolicy")
	count(policies) > 0
	not _required(policies)
	msg := sprintf("RequestAuthentication %q: requests without a token pass, since no AuthorizationPolicy asks for requestPrincipals", [finding.name])
}

_required(policies) if {
	some policy in policies
	some rule in policy.spec.rules
	some from in rule.from
	some field in ["requestPrincipals", "notRequestPrincipals"]
	count(from.source[field]) > 0
}

_required(policies) if {
	some policy in policies
	some rule in policy.spec.rules
	some condition in rule.when
	startswith(condition.key, "request.auth.")
}
