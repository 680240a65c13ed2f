# METADATA
# title: Default deny of egress without DNS
# custom:
#   id: NET-013
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: No name resolves; long answers need TCP.
#   fix: Allow port 53 by UDP and TCP to kube-dns.
#   sync:
#   - networking.k8s.io/v1/NetworkPolicy
package library.network.dns_blocked

import data.lib.finding
import data.lib.inventory
import data.lib.network

violation contains finding.at(["spec", "egress"], [], msg) if {
	"Egress" in network.types(input.review.object)
	network.default_deny(input.review.object, "Egress")
	ns := inventory.namespace
	count(inventory.objects(ns, "NetworkPolicy")) > 1
	missing := {protocol | some protocol in ["TCP", "UDP"]; not _allowed(ns, protocol)}
	count(missing) > 0
	msg := sprintf("all egress is denied and no policy of the namespace allows DNS by %s", [concat(" and ", missing)])
}

_allowed(ns, protocol) if {
	some policy in inventory.objects(ns, "NetworkPolicy")
	some rule in network.rules(policy)
	rule.direction == "egress"
	_dns(rule.ports, protocol)
}

_dns(ports, _) if count(ports) == 0

_dns(ports, protocol) if {
	some port in ports
	object.get(port, "protocol", "TCP") == protocol
	_is_dns(port)
}

_is_dns(port) if port.port in {53, "dns", "dns-tcp"}

_is_dns(port) if {
	port.port <= 53
	port.endPort >= 53
}
