# METADATA
# title: Invalid metric name
# custom:
#   id: MET-002
#   severity: high
#   targets:
#   - MetricsSource.gatewright.dev
#   why: prom-client throws at the start.
#   fix: Use letters, digits and _.
package library.metrics.invalid_name

import data.lib.finding

violation contains finding.line(object.get(metric.lines, "name", metric.line), msg) if {
	some metric in input.review.object.metrics
	metric.name != null
	not contains(metric.name, "${")
	not regex.match(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`, metric.name)
	msg := sprintf("%q is no metric name", [metric.name])
}
