# METADATA
# title: Rule that allows everything
# custom:
#   id: NET-003
#   severity: high
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: The policy does not protect.
#   fix: Name peers and ports.
package library.network.allow_all_rule

import data.lib.finding
import data.lib.network

violation contains finding.at(rule.path, [], msg) if {
	some rule in network.rules(input.review.object)
	count(rule.rule) == 0
	msg := sprintf("NetworkPolicy %q: the empty %s rule allows everything", [finding.name, rule.direction])
}
