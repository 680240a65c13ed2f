# METADATA
# title: Invalid ipBlock
# custom:
#   id: NET-011
#   severity: high
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The API server refuses the policy.
#   fix: Write a network and exceptions inside it.
package library.network.invalid_cidr

import data.lib.finding
import data.lib.network

violation contains finding.at(entry.path, ["ipBlock", "cidr"], msg) if {
	some entry in network.peers(input.review.object)
	cidr := entry.peer.ipBlock.cidr
	not net.cidr_is_valid(cidr)
	msg := sprintf("%q is not a CIDR", [cidr])
}

violation contains finding.at(entry.path, ["ipBlock", "except", i], msg) if {
	some entry in network.peers(input.review.object)
	net.cidr_is_valid(entry.peer.ipBlock.cidr)
	some i, cidr in entry.peer.ipBlock.except
	not _inside(entry.peer.ipBlock.cidr, cidr)
	msg := sprintf("the exception %q does not lie inside %s", [cidr, entry.peer.ipBlock.cidr])
}

_inside(outer, inner) if {
	net.cidr_is_valid(inner)
	outer != inner
	net.cidr_contains(outer, inner)
}
