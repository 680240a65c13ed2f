# METADATA
# title: topk or the like in an alert
# custom:
#   id: PROM-014
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/fragile
#   why: It flaps.
#   fix: Compare every series.
package library.prometheus.fragile_query

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.alerts
	some node in promql.nodes(entry.rule.query)
	node.type == "aggregate"
	node.operator in {"topk", "bottomk", "limitk", "limit_ratio"}
	msg := sprintf("%s: which series %s picks changes, and each change is a new alert", [entry.name, node.operator])
}
