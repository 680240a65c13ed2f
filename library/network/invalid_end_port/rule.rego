# METADATA
# title: Invalid endPort
# custom:
#   id: NET-012
#   severity: high
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The API server refuses the policy.
#   fix: Give a port number and an endPort not below it.
package library.network.invalid_end_port

import data.lib.finding
import data.lib.network

violation contains finding.at(rule.path, ["ports", i, "endPort"], msg) if {
	some rule in network.rules(input.review.object)
	some i, port in rule.ports
	_wrong(port)
	msg := sprintf("the port range from %v to %v is not valid", [object.get(port, "port", ""), port.endPort])
}

_wrong(port) if port.endPort < port.port

_wrong(port) if {
	port.endPort
	not is_number(object.get(port, "port", null))
}
