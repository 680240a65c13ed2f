# METADATA
# title: ALLOW rule that allows everything
# custom:
#   id: IST-005
#   severity: critical
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: '`rules: [{}]` means all; `spec: {}` means none.'
#   fix: Name sources and operations.
package library.istio.allow_everything

import data.lib.finding
import data.lib.istio

violation contains finding.at(["spec", "rules", i], [], msg) if {
	istio.action == "ALLOW"
	some i, rule in input.review.object.spec.rules
	every conditions in rule {
		count(conditions) == 0
	}
	msg := sprintf("AuthorizationPolicy %q: the empty rule allows every request", [finding.name])
}
