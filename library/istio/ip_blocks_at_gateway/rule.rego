# METADATA
# title: ipBlocks at a gateway
# custom:
#   id: IST-014
#   severity: low
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: The rule judges the wrong address.
#   fix: Use remoteIpBlocks.
package library.istio.ip_blocks_at_gateway

import data.lib.finding
import data.lib.istio

violation contains finding.at(entry.path, ["ipBlocks"], msg) if {
	input.review.object.spec.selector.matchLabels.istio == "ingressgateway"
	some entry in istio.sources
	count(entry.source.ipBlocks) > 0
	msg := sprintf("AuthorizationPolicy %q: behind a load balancer ipBlocks sees the balancer; remoteIpBlocks sees the caller", [finding.name])
}
