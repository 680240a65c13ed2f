# METADATA
# title: Weak JWT rule
# custom:
#   id: IST-028
#   severity: medium
#   targets:
#   - RequestAuthentication.security.istio.io
#   why: Tokens are accepted from the wrong place, or leak.
#   fix: Name the issuer, fetch keys by https, take tokens from the header.
package library.istio.jwt_rule_weak

import data.lib.finding

violation contains finding.at(["spec", "jwtRules", i], [], msg) if {
	some i, rule in input.review.object.spec.jwtRules
	some msg in _faults(rule)
}

_faults(rule) := {fault |
	some fault, present in {
		"the issuer is empty": object.get(rule, "issuer", "") == "",
		"the keys come over plain HTTP": startswith(object.get(rule, "jwksUri", ""), "http://"),
		"the token is taken from the URL, which ends up in logs": count(object.get(rule, "fromParams", [])) > 0,
	}
	present
}
