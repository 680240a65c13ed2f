# METADATA
# title: Egress to everywhere
# custom:
#   id: NET-001
#   severity: high
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   controls:
#   - standard: nsa
#     id: C-0030
#   why: '`to: []` reads as nobody and means everybody: data leaves by it.'
#   fix: Name the peers; for the outside an ipBlock with the private ranges excepted.
package library.network.egress_to_everywhere

import data.lib.finding
import data.lib.network

violation contains finding.at(rule.path, ["to"], msg) if {
	some rule in network.unrestricted(input.review.object, "egress")
	not network.dns_only(rule.ports)
	msg := sprintf("NetworkPolicy %q: an egress rule without peers allows every destination, inside and outside", [finding.name])
}
