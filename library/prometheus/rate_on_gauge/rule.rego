# METADATA
# title: rate() on a gauge, or over too short a window
# custom:
#   id: PROM-010
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/rate
#   why: The result has gaps or no meaning.
#   fix: Use deriv() or delta() for gauges and a window of four scrapes.
#   parameters:
#     minimumSeconds:
#       type: integer
#       description: The shortest window; a minute by default.
package library.prometheus.rate_on_gauge

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in _rates(entry)
	range := node.args[0]
	range.type == "matrix"
	range.range < object.get(input.parameters, "minimumSeconds", 60)
	msg := sprintf("%s: %s over %v seconds sees too few samples", [entry.name, node.function, range.range])
}

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in _rates(entry)
	vector := node.args[0].vector
	regex.match(`_(bytes|celsius|ratio|percent|info|status|current|replicas|temperature|size|limit|limits|available)$`, vector.name)
	msg := sprintf("%s: %s is a gauge by its name, and %s is for counters", [entry.name, vector.name, node.function])
}

_rates(entry) := [node |
	some node in promql.nodes(entry.rule.query)
	node.type == "call"
	node.function in {"rate", "irate", "increase"}
]
