# METADATA
# title: Port-level mTLS ignored or weak
# custom:
#   id: IST-003
#   severity: high
#   targets:
#   - PeerAuthentication.security.istio.io
#   why: The port is less protected than the manifest suggests.
#   fix: Add a selector, and use STRICT.
package library.istio.port_mtls

import data.lib.finding

violation contains finding.at(["spec", "portLevelMtls"], [], msg) if {
	count(input.review.object.spec.portLevelMtls) > 0
	not input.review.object.spec.selector.matchLabels
	msg := "portLevelMtls without a selector is ignored"
}

violation contains finding.at(["spec", "portLevelMtls", port, "mode"], [], msg) if {
	some port, mtls in input.review.object.spec.portLevelMtls
	mtls.mode in {"PERMISSIVE", "DISABLE"}
	msg := sprintf("port %s accepts plain text (%s)", [port, mtls.mode])
}
