# METADATA
# title: ipBlock of the Pods' own range
# custom:
#   id: NET-019
#   severity: info
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   references:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
#   why: Pods come and go, and so do their addresses; what an ipBlock means for them depends on the network plugin.
#   fix: Name Pods by podSelector and namespaceSelector.
#   parameters:
#     podCIDRs:
#       type: array
#       items:
#         type: string
#       description: The ranges that Pods have addresses from; none by default, as no manifest tells.
package library.network.pod_range_in_ip_block

import data.lib.finding
import data.lib.network

violation contains finding.at(entry.path, ["ipBlock", "cidr"], msg) if {
	some range in object.get(input.parameters, "podCIDRs", [])
	some entry in network.peers(input.review.object)
	not entry.peer.ipBlock.cidr in {"0.0.0.0/0", "::/0"}
	net.cidr_intersects(range, entry.peer.ipBlock.cidr)
	msg := sprintf("NetworkPolicy %q: %s holds addresses of Pods (%s)", [finding.name, entry.peer.ipBlock.cidr, range])
}
