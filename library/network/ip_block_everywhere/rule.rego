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
	entry.direction == "ingress"
	_vast(entry.peer.ipBlock.cidr)
	msg := sprintf("NetworkPolicy %q: ingress from %s is ingress from everywhere", [finding.name, entry.peer.ipBlock.cidr])
}

violation contains finding.at(entry.path, ["ipBlock", "cidr"], msg) if {
	some entry in network.peers(input.review.object)
	entry.direction == "egress"
	_vast(entry.peer.ipBlock.cidr)
	count(object.get(entry.peer.ipBlock, "except", [])) == 0
	msg := sprintf("NetworkPolicy %q: egress to %s without exceptions is egress to everywhere", [finding.name, entry.peer.ipBlock.cidr])
}

# Every address, or so many that two ranges are all of them; 2000::/3 is what the internet has of IPv6.
_vast(cidr) if regex.match(`^[0-9.]+/0*[0-7]$|:[0-9a-fA-F:.]*/0*[0-3]$`, cidr)
