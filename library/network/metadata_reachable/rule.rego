# METADATA
# title: Cloud metadata reachable
# custom:
#   id: NET-010
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   controls:
#   - standard: nsa
#     id: C-0052
#   why: It hands out the node's credentials.
#   fix: Add 169.254.169.254/32 to except.
package library.network.metadata_reachable

import data.lib.finding
import data.lib.network

violation contains finding.at(entry.path, ["ipBlock"], msg) if {
	some entry in network.peers(input.review.object)
	entry.direction == "egress"
	net.cidr_contains(entry.peer.ipBlock.cidr, "169.254.169.254")
	not _excepted(entry.peer.ipBlock)
	msg := sprintf("NetworkPolicy %q: %s covers 169.254.169.254, the cloud's metadata service", [finding.name, entry.peer.ipBlock.cidr])
}

_excepted(block) if {
	some cidr in block.except
	net.cidr_contains(cidr, "169.254.169.254")
}
