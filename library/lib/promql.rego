# METADATA
# description: Prometheus rules and the trees of their queries.
package lib.promql

rules := [entry |
	some i, group in input.review.object.groups
	some j, rule in group.rules
	entry := {"group": group, "rule": rule, "line": rule.line, "name": name(rule)}
]

alerts := [entry | some entry in rules; entry.rule.alert]

name(rule) := rule.alert

name(rule) := rule.record if not rule.alert

# nodes(tree): every node of a query.
nodes(tree) := [node | walk(tree, [_, node]); is_object(node); node.type]

# line(entry, key): where a field stands; the rule's own line when it has none.
line(entry, key) := object.get(entry.rule.lines, key, entry.line)

# vectors(tree): each plain selector.
vectors(tree) := [node | some node in nodes(tree); node.type == "vector"]

comparisons := {"==", "!=", ">", ">=", "<", "<="}

# strip(tree): without parentheses.
strip(tree) := result if {
	found := [node | some node in _unwrapped(tree)]
	result := found[count(found) - 1]
}

_unwrapped(tree) := [tree] if tree.type != "paren"

_unwrapped(tree) := [tree.expr] if {
	tree.type == "paren"
	tree.expr.type != "paren"
}

_unwrapped(tree) := [tree.expr.expr] if {
	tree.type == "paren"
	tree.expr.type == "paren"
}

counter(metric) if regex.match(`_(total|count|bucket|sum)$`, metric)

# seconds("5m") is 300; undefined for what is no duration.
seconds(text) := sum(parts) if {
	regex.match(`^([0-9]+(ms|[smhdwy]))+$`, text)
	parts := [amount |
		some part in regex.find_all_string_submatch_n(`([0-9]+)(ms|[smhdwy])`, text, -1)
		amount := to_number(part[1]) * _units[part[2]]
	]
}

seconds("0") := 0

_units := {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
