# METADATA
# title: Wildcard inside a value
# custom:
#   id: IST-010
#   severity: high
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: An ALLOW never matches; a DENY lets through.
#   fix: Use a prefix, a suffix or a {*} template.
package library.istio.infix_wildcard

import data.lib.finding

violation contains finding.at(path, [], msg) if {
	walk(input.review.object.spec.rules, [rest, value])
	is_string(value)
	inner := substring(value, 1, count(value) - 2)
	contains(inner, "*")
	not contains(value, "{*")
	path := array.concat(["spec", "rules"], rest)
	msg := sprintf("AuthorizationPolicy %q: the * inside %q is taken literally", [finding.name, value])
}
