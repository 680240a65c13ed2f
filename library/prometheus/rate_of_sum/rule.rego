# METADATA
# title: rate() of a sum
# custom:
#   id: PROM-012
#   severity: high
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/rate
#   why: Restarts show up as peaks.
#   fix: Use sum(rate(…)).
package library.prometheus.rate_of_sum

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "call"
	node.function in {"rate", "irate", "increase"}
	node.args[0].type == "subquery"
	some inner in promql.nodes(node.args[0].expr)
	inner.type == "aggregate"
	inner.operator in {"sum", "avg"}
	promql.strip(inner.expr).type == "vector"
	msg := sprintf("%s: the reset of one counter looks like a jump of the sum; take the rate first", [entry.name])
}

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "call"
	node.function in {"rate", "irate", "increase"}
	regex.match(`:sum$|:sum:`, node.args[0].vector.name)
	msg := sprintf("%s takes the rate of the sum %s", [entry.name, node.args[0].vector.name])
}
