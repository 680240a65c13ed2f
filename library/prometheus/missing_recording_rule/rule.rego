# METADATA
# title: Recording rule that is not in the input
# custom:
#   id: PROM-022
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - rule/dependency
#   why: The query returns nothing.
#   fix: Correct the name, or add the rule.
package library.prometheus.missing_recording_rule

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	_records != set()
	some entry in promql.rules
	some metric in entry.rule.metrics
	count(split(metric, ":")) == 3
	prefix := split(metric, ":")[1]
	some record in _records
	split(record, ":")[1] == prefix
	split(record, ":")[0] == split(metric, ":")[0]
	not metric in _records
	msg := sprintf("%s uses %s; the file has only %s", [entry.name, metric, record])
}

_records := {rule.record | some group in input.review.object.groups; some rule in group.rules; count(split(rule.record, ":")) == 3}
