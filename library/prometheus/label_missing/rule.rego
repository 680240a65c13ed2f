# METADATA
# title: Severity label missing
# custom:
#   id: PROM-005
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - rule/label
#   why: Nobody is called, or everybody.
#   fix: Add the label.
#   parameters:
#     labels:
#       type: array
#       items:
#         type: string
#       description: Labels that an alert must have; severity by default.
package library.prometheus.label_missing

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "labels"), msg) if {
	some entry in promql.alerts
	some label in object.get(input.parameters, "labels", ["severity"])
	object.get(entry.rule, ["labels", label], "") == ""
	msg := sprintf("%s has no label %s", [entry.name, label])
}
