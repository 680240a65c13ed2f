# METADATA
# title: Ingress from everywhere
# custom:
#   id: NET-002
#   severity: high
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   controls:
#   - standard: nsa
#     id: C-0030
#   references:
#   - KSV-0038
#   why: '`from: []` reads as nobody and means everybody.'
#   fix: Name the peers.
package library.network.ingress_from_everywhere

import data.lib.finding
import data.lib.network

violation contains finding.at(rule.path, ["from"], msg) if {
	some rule in network.unrestricted(input.review.object, "ingress")
	msg := sprintf("NetworkPolicy %q: an ingress rule without peers allows every source", [finding.name])
}
