# METADATA
# title: High-cardinality label
# custom:
#   id: MET-001
#   severity: medium
#   targets:
#   - MetricsSource.gatewright.dev
#   why: Memory of Prometheus grows until it falls over; an attacker can make it grow. Addresses are personal data,
#     too.
#   fix: Log the value; label only what has few values.
#   parameters:
#     labels:
#       type: array
#       items:
#         type: string
#       description: Label names, in lower case, with too many values.
package library.metrics.high_cardinality_label

import data.lib.finding

violation contains finding.line(object.get(metric.lines, "labelNames", metric.line), msg) if {
	some metric in input.review.object.metrics
	some label in metric.labels
	lower(label) in object.get(input.parameters, "labels", _default)
	msg := sprintf("%s has the label %s: a time series for each value, without end", [metric.name, label])
}

_default := [
	"ip", "client_ip", "clientip", "remote_addr", "user", "user_id", "userid", "username", "email", "session", "session_id",
	"request_id", "trace_id", "uuid", "url", "path", "query", "user_agent", "useragent", "token", "timestamp", "message",
]
