# METADATA
# title: Metric name against the conventions
# custom:
#   id: MET-003
#   severity: low
#   targets:
#   - MetricsSource.gatewright.dev
#   why: Queries and dashboards go by the name.
#   fix: Rename it.
package library.metrics.naming

import data.lib.finding

violation contains finding.line(object.get(metric.lines, "name", metric.line), msg) if {
	some metric in input.review.object.metrics
	metric.name != null
	msg := _fault(metric)
}

_fault(metric) := sprintf("the counter %s does not end in _total", [metric.name]) if {
	metric.type == "Counter"
	not endswith(metric.name, "_total")
}

_fault(metric) := sprintf("%s ends in _total and is no counter", [metric.name]) if {
	metric.type != "Counter"
	endswith(metric.name, "_total")
}

_fault(metric) := sprintf("%s is not in base units; use _seconds or _bytes", [metric.name]) if {
	regex.match(`_(ms|millis|milliseconds|microseconds|minutes|hours|kb|kilobytes|mb|megabytes)(_total)?$`, metric.name)
}
