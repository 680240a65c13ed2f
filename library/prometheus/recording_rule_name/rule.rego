# METADATA
# title: Recording rule not named level:metric:operation
# custom:
#   id: PROM-020
#   severity: info
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - rule/name
#   why: Nobody sees that it is computed.
#   fix: Name it level:metric:operation.
package library.prometheus.recording_rule_name

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "record"), msg) if {
	some entry in promql.rules
	entry.rule.record
	count(split(entry.rule.record, ":")) < 2
	msg := sprintf("%s does not say what it was made from; the form is level:metric:operation", [entry.rule.record])
}
