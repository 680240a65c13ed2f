# METADATA
# title: Peers without ports
# custom:
#   id: NET-004
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: Debug and metrics ports are open too.
#   fix: List the ports.
package library.network.all_ports

import data.lib.finding
import data.lib.network

violation contains finding.at(rule.path, ["ports"], msg) if {
	some rule in network.rules(input.review.object)
	not network.open(rule)
	count(rule.ports) == 0
	msg := sprintf("NetworkPolicy %q: the peers of the %s rule get every port", [finding.name, rule.direction])
}
