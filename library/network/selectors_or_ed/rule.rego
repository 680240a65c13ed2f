# METADATA
# title: Namespace and Pod selector as two peers
# custom:
#   id: NET-008
#   severity: medium
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: One dash too many opens the whole namespace.
#   fix: Remove the dash before podSelector.
package library.network.selectors_or_ed

import data.lib.finding
import data.lib.network

violation contains finding.at(first.path, [], msg) if {
	some rule in network.rules(input.review.object)
	some i, one in rule.peers
	other := rule.peers[i + 1]
	object.keys(one) == {"namespaceSelector"}
	object.keys(other) == {"podSelector"}
	first := {"path": array.concat(rule.path, [rule.peers_field, i])}
	msg := sprintf("NetworkPolicy %q: these are two peers, either of which suffices; to mean both put podSelector into the same item", [finding.name])
}
