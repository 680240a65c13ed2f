# METADATA
# title: Routing by claims that nobody checks
# custom:
#   id: IST-029
#   severity: high
#   targets:
#   - VirtualService.networking.istio.io
#   references:
#   - IST0149
#   why: The route never matches, or matches what was never checked.
#   fix: Add a RequestAuthentication for the gateway.
#   sync:
#   - security.istio.io/v1/RequestAuthentication
package library.istio.claim_routing_without_jwt

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "http", i, "match", j, "headers", key], [], msg) if {
	some i, route in input.review.object.spec.http
	some j, condition in route.match
	some key, _ in condition.headers
	startswith(key, "@request.auth.claims")
	count(inventory.everywhere("RequestAuthentication")) == 0
	msg := sprintf("VirtualService %q routes by a claim and no RequestAuthentication checks tokens", [finding.name])
}
