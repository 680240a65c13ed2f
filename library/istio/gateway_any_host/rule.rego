# METADATA
# title: Gateway for any host
# custom:
#   id: IST-020
#   severity: medium
#   targets:
#   - Gateway.networking.istio.io
#   why: Another namespace can take over the host.
#   fix: 'Name namespace and host: shop/shop.example.com.'
package library.istio.gateway_any_host

import data.lib.finding

violation contains finding.at(["spec", "servers", i, "hosts", j], [], msg) if {
	some i, server in input.review.object.spec.servers
	some j, host in server.hosts
	host in {"*", "*/*"}
	msg := sprintf("Gateway %q lets any namespace attach any host", [finding.name])
}
