# METADATA
# title: mTLS not strict
# custom:
#   id: IST-001
#   severity: high
#   targets:
#   - PeerAuthentication.security.istio.io
#   why: Without mTLS nobody knows who calls, and everybody on the wire can read.
#   fix: 'Set mode: STRICT.'
package library.istio.mtls_not_strict

import data.lib.finding

violation contains finding.at(["spec", "mtls", "mode"], [], msg) if {
	mode := input.review.object.spec.mtls.mode
	mode in {"PERMISSIVE", "DISABLE"}
	msg := sprintf("PeerAuthentication %q accepts plain text (%s)", [finding.name, mode])
}
