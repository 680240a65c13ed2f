# METADATA
# title: Any bearer token is accepted
# custom:
#   id: IST-007
#   severity: critical
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: The header is compared as text; nothing checks the token.
#   fix: Add a RequestAuthentication and ask for requestPrincipals.
package library.istio.bearer_prefix

import data.lib.finding
import data.lib.istio

violation contains finding.at(entry.path, ["values"], msg) if {
	istio.action == "ALLOW"
	some entry in istio.conditions
	lower(entry.condition.key) == "request.headers[authorization]"
	some value in entry.condition.values
	regex.match(`(?i)^(bearer|basic)? ?\*$`, value)
	msg := sprintf("AuthorizationPolicy %q: %q is met by any token, forged ones too", [finding.name, value])
}
