# METADATA
# title: Metric without help
# custom:
#   id: MET-004
#   severity: low
#   targets:
#   - MetricsSource.gatewright.dev
#   why: prom-client throws, or nobody knows what it counts.
#   fix: Add help.
package library.metrics.help_missing

import data.lib.finding

violation contains finding.line(metric.line, msg) if {
	some metric in input.review.object.metrics
	metric.help in {null, ""}
	msg := sprintf("%s has no help text", [metric.name])
}
