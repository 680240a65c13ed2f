# METADATA
# title: Counter used without rate()
# custom:
#   id: PROM-011
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/counter
#   why: Once over the threshold it fires until the restart.
#   fix: Use rate() or increase().
package library.prometheus.counter_without_rate

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.alerts
	tree := entry.rule.query
	tree.type == "binary"
	tree.operator in {">", ">=", "<", "<="}
	vector := _bare(promql.strip(tree.lhs))
	regex.match(`_total$`, vector.name)
	number := promql.strip(tree.rhs)
	number.type == "number"
	number.value != 0
	msg := sprintf("%s compares the counter %s, which only grows", [entry.name, vector.name])
}

_bare(tree) := tree if tree.type == "vector"

_bare(tree) := promql.strip(tree.expr) if {
	tree.type == "aggregate"
	tree.operator in {"sum", "avg", "max", "min"}
	promql.strip(tree.expr).type == "vector"
}
