# METADATA
# title: Rules that policyTypes leaves out
# custom:
#   id: NET-005
#   severity: high
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The traffic that seems governed is open.
#   fix: Add the type.
package library.network.section_ignored

import data.lib.finding

violation contains finding.at(["spec", field], [], msg) if {
	count(input.review.object.spec.policyTypes) > 0
	some field, type in {"ingress": "Ingress", "egress": "Egress"}
	count(input.review.object.spec[field]) > 0
	not type in input.review.object.spec.policyTypes
	msg := sprintf("the %s rules are ignored: policyTypes lacks %s", [field, type])
}
