# METADATA
# title: Open egress from the mesh
# custom:
#   id: IST-023
#   severity: medium
#   targets:
#   - Sidecar.networking.istio.io
#   - ServiceEntry.networking.istio.io
#   why: Data leaves to anywhere.
#   fix: Use REGISTRY_ONLY and name the hosts.
package library.istio.open_egress

import data.lib.finding

violation contains finding.at(["spec", "outboundTrafficPolicy", "mode"], [], msg) if {
	input.review.object.spec.outboundTrafficPolicy.mode == "ALLOW_ANY"
	msg := sprintf("Sidecar %q lets traffic out to anywhere", [finding.name])
}

violation contains finding.at(["spec", "hosts", i], [], msg) if {
	input.review.object.kind == "ServiceEntry"
	some i, host in input.review.object.spec.hosts
	host in {"*", "*.com", "*.io", "*.net", "*.org"}
	msg := sprintf("ServiceEntry %q opens every host %s", [finding.name, host])
}
