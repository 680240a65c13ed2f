# METADATA
# title: Value in a label
# custom:
#   id: PROM-008
#   severity: high
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - alerts/template
#   why: It never reaches its `for`, or notifies without end.
#   fix: Put the value into an annotation.
package library.prometheus.value_in_label

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, sprintf("labels.%s", [name])), msg) if {
	some entry in promql.alerts
	some name, text in entry.rule.labels
	regex.match(`\$value|\.Value`, sprintf("%v", [text]))
	msg := sprintf("%s: the label %s changes with every evaluation, so the alert starts anew each time", [entry.name, name])
}
