# METADATA
# title: Peer of every namespace
# custom:
#   id: NET-007
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   references:
#   - KSV-0038
#   why: Whoever can create a namespace can pass.
#   fix: Select the namespace by kubernetes.io/metadata.name.
package library.network.all_namespaces

import data.lib.finding
import data.lib.network
import data.lib.selector

violation contains finding.at(entry.path, ["namespaceSelector"], msg) if {
	some entry in network.peers(input.review.object)
	is_object(entry.peer.namespaceSelector)
	selector.empty(entry.peer.namespaceSelector)
	not _narrowed(entry)
	msg := sprintf("NetworkPolicy %q: the %s peer is every namespace", [finding.name, entry.direction])
}

_narrowed(entry) if {
	is_object(entry.peer.podSelector)
	not selector.empty(entry.peer.podSelector)
}

_narrowed(entry) if network.dns_only(entry.ports)
