# METADATA
# title: PrometheusRule without the selector's label
# custom:
#   id: PROM-024
#   severity: low
#   targets:
#   - PrometheusRules.gatewright.dev
#   why: None of its alerts exists.
#   fix: Add the label.
#   parameters:
#     matchLabels:
#       type: object
#       additionalProperties:
#         type: string
#       description: The ruleSelector of the Prometheus object.
package library.prometheus.rule_selector_label_missing

import data.lib.finding

violation contains finding.line(1, msg) if {
	count(input.review.object.manifest) > 0
	some name, value in input.parameters.matchLabels
	object.get(input.review.object.manifest, ["labels", name], "") != value
	msg := sprintf("the PrometheusRule lacks %s=%s, so the operator does not load it", [name, value])
}
