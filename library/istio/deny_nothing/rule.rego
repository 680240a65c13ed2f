# METADATA
# title: DENY without rules
# custom:
#   id: IST-006
#   severity: medium
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: A DENY policy without rules matches no request.
#   fix: 'Use rules: [{}] to deny all.'
package library.istio.deny_nothing

import data.lib.finding
import data.lib.istio

violation contains finding.at(["spec", "action"], [], msg) if {
	istio.action == "DENY"
	count(object.get(input.review.object.spec, "rules", [])) == 0
	msg := sprintf("AuthorizationPolicy %q never denies anything", [finding.name])
}
