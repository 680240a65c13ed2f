# METADATA
# title: Gateway with weak or no TLS
# custom:
#   id: IST-019
#   severity: medium
#   targets:
#   - Gateway.networking.istio.io
#   why: What goes in can be read on the way.
#   fix: Redirect to HTTPS and ask for TLS 1.2 or later.
package library.istio.gateway_tls_weak

import data.lib.finding

violation contains finding.at(["spec", "servers", i], [], msg) if {
	some i, server in input.review.object.spec.servers
	msg := _fault(server)
}

_fault(server) := "plain HTTP without httpsRedirect" if {
	server.port.protocol in {"HTTP", "HTTP2"}
	not server.tls.httpsRedirect == true
}

_fault(server) := sprintf("TLS below 1.2 (%s)", [server.tls.minProtocolVersion]) if {
	server.tls.minProtocolVersion in {"TLSV1_0", "TLSV1_1"}
}

_fault(server) := "AUTO_PASSTHROUGH opens every service of the mesh" if server.tls.mode == "AUTO_PASSTHROUGH"
