# METADATA
# description: NetworkPolicy rules and their peers with their paths.
package lib.network

import data.lib.selector

_directions := [
	{"field": "ingress", "peers": "from", "type": "Ingress"},
	{"field": "egress", "peers": "to", "type": "Egress"},
]

# types(policy): the directions it governs; without policyTypes Ingress, and Egress when it has egress rules.
types(policy) := {type | some type in policy.spec.policyTypes} if {
	count(policy.spec.policyTypes) > 0
} else := {"Ingress", "Egress"} if {
	count(policy.spec.egress) > 0
} else := {"Ingress"}

# rules(policy): each rule that counts: its direction must be governed.
rules(policy) := [entry |
	some direction in _directions
	direction.type in types(policy)
	some i, rule in policy.spec[direction.field]
	entry := {
		"direction": direction.field,
		"peers_field": direction.peers,
		"path": ["spec", direction.field, i],
		"rule": rule,
		"peers": _list(rule, direction.peers),
		"ports": _list(rule, "ports"),
	}
]

peers(policy) := [entry |
	some rule in rules(policy)
	some i, peer in rule.peers
	entry := {
		"direction": rule.direction,
		"path": array.concat(rule.path, [rule.peers_field, i]),
		"peer": peer,
		"ports": rule.ports,
	}
]

# unrestricted(policy, direction): the rules of a direction that name no peer, other than the empty one.
unrestricted(policy, direction) := [rule |
	some rule in rules(policy)
	rule.direction == direction
	open(rule)
	count(rule.rule) > 0
]

# open(rule): no peer is named, which means every one.
open(rule) if count(rule.peers) == 0

# pod_selector(policy): without one, or with an empty one, a policy is for every Pod of its namespace.
pod_selector(policy) := chosen if {
	chosen := policy.spec.podSelector
	is_object(chosen)
} else := {}

default_deny(policy, type) if {
	type in types(policy)
	selector.empty(pod_selector(policy))
	count(_list(policy.spec, lower(type))) == 0
}

# dns_only(ports): nothing but port 53.
dns_only(ports) if {
	count(ports) > 0
	every entry in ports {
		entry.port == 53
		not entry.endPort
	}
}

_list(parent, key) := value if {
	value := parent[key]
	is_array(value)
} else := []
