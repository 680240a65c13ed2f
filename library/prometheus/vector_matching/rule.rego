# METADATA
# title: Vectors that cannot match
# custom:
#   id: PROM-015
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/vector_matching
#   why: The query returns nothing.
#   fix: Aggregate both sides by the same labels.
package library.prometheus.vector_matching

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "binary"
	not is_array(node.on)
	not is_array(node.ignoring)
	left := _labels(promql.strip(node.lhs))
	right := _labels(promql.strip(node.rhs))
	left != right
	msg := sprintf("%s: the left side has the labels (%s), the right side (%s): nothing matches", [entry.name, concat(", ", left), concat(", ", right)])
}

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "binary"
	some label in node.on
	some side in [node.lhs, node.rhs]
	labels := _labels(promql.strip(side))
	not label in labels
	msg := sprintf("%s matches on %s, which one side has not", [entry.name, label])
}

_labels(tree) := {label | some label in tree.by} if {
	tree.type == "aggregate"
	is_array(tree.by)
	not tree.operator in {"topk", "bottomk"}
}

_labels(tree) := set() if {
	tree.type == "aggregate"
	not is_array(tree.by)
	not is_array(tree.without)
	not tree.operator in {"topk", "bottomk", "count_values"}
}
