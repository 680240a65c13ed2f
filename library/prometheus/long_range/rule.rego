# METADATA
# title: Range or offset beyond the retention
# custom:
#   id: PROM-023
#   severity: low
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/range_query
#   - promql/offset
#   why: The result is too small.
#   fix: Use a shorter range, or a recording rule.
#   parameters:
#     retentionDays:
#       type: integer
#       description: How long Prometheus keeps data; 15 days by default.
package library.prometheus.long_range

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	some field in ["range", "offset"]
	seconds := node[field]
	seconds > object.get(input.parameters, "retentionDays", 15) * 86400
	msg := sprintf("%s looks back %v days, further than Prometheus keeps data", [entry.name, seconds / 86400])
}
