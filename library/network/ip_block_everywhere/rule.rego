# METADATA
# title: ipBlock of the whole internet
# custom:
#   id: NET-009
#   severity: high
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The block names everybody.
#   fix: Name the ranges, or except the private ones and the metadata address.
package library.network.ip_block_everywhere

import data.lib.finding
import data.lib.network

violation contains finding.at(entry.path, ["ipBlock", "cidr"], msg) if {
	some entry in network.peers(input.review.object)
	entry.peer.ipBlock.cidr in {"0.0.0.0/0", "::/0"}
	entry.direction == "ingress"
	msg := sprintf("NetworkPolicy %q: ingress from %s is ingress from everywhere", [finding.name, entry.peer.ipBlock.cidr])
}

violation contains finding.at(entry.path, ["ipBlock", "cidr"], msg) if {
	some entry in network.peers(input.review.object)
	entry.peer.ipBlock.cidr in {"0.0.0.0/0", "::/0"}
	entry.direction == "egress"
	count(object.get(entry.peer.ipBlock, "except", [])) == 0
	msg := sprintf("NetworkPolicy %q: egress to %s without exceptions is egress to everywhere", [finding.name, entry.peer.ipBlock.cidr])
}
