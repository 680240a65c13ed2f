# METADATA
# title: Alert without a comparison
# custom:
#   id: PROM-002
#   severity: high
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - alerts/comparison
#   why: It always fires.
#   fix: Compare with a threshold.
package library.prometheus.no_comparison

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.alerts
	not _filters(entry.rule.query)
	msg := sprintf("%s fires as long as the series exists, whatever its value", [entry.name])
}

_filters(tree) if {
	some node in promql.nodes(tree)
	node.type == "binary"
	node.operator in promql.comparisons
	not node.bool
}

_filters(tree) if {
	some node in promql.nodes(tree)
	node.type == "call"
	node.function in {"absent", "absent_over_time"}
}

_filters(tree) if {
	some node in promql.nodes(tree)
	node.type == "binary"
	node.operator == "unless"
}

# ALERTS and up-like joins with vector(1) are meant to be always there.
_filters(tree) if {
	some node in promql.nodes(tree)
	node.type == "call"
	node.function == "vector"
}

_filters(tree) if {
	some vector in promql.vectors(tree)
	vector.name in {"ALERTS", "ALERTS_FOR_STATE"}
}
