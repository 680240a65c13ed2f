# METADATA
# title: Query that can never return anything
# custom:
#   id: PROM-013
#   severity: high
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/impossible
#   why: The alert is silent for ever.
#   fix: Correct the matchers.
package library.prometheus.impossible_query

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some vector in promql.vectors(entry.rule.query)
	some one in vector.matchers
	some other in vector.matchers
	one.name == other.name
	one.op == "="
	other.op == "="
	one.value != other.value
	one.value < other.value
	msg := sprintf("%s: %s cannot be %q and %q", [entry.name, one.name, one.value, other.value])
}

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "binary"
	node.operator in promql.comparisons
	promql.strip(node.lhs).type == "call"
	promql.strip(node.lhs).function in {"absent", "absent_over_time"}
	promql.strip(node.rhs).type == "number"
	not _one_passes(node.operator, promql.strip(node.rhs).value)
	msg := sprintf("%s: absent() is 1 or nothing", [entry.name])
}

_one_passes("==", 1)

_one_passes("!=", number) if number != 1

_one_passes(">", number) if number < 1

_one_passes(">=", number) if number <= 1

_one_passes("<", number) if number > 1

_one_passes("<=", number) if number >= 1
