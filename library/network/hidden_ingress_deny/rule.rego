# METADATA
# title: Egress policy that also denies all ingress
# custom:
#   id: NET-006
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The default always adds Ingress.
#   fix: 'Say policyTypes: [Egress], or [Ingress, Egress].'
package library.network.hidden_ingress_deny

import data.lib.finding

violation contains finding.at(["spec"], [], msg) if {
	not input.review.object.spec.policyTypes
	count(input.review.object.spec.egress) > 0
	count(object.get(input.review.object.spec, "ingress", [])) == 0
	msg := "without policyTypes this policy also denies all ingress"
}
