# METADATA
# title: Annotation missing
# custom:
#   id: PROM-006
#   severity: low
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - alerts/annotation
#   why: Whoever is woken up does not know why.
#   fix: Add the annotation.
#   parameters:
#     annotations:
#       type: array
#       items:
#         type: string
#       description: Annotations that an alert must have; summary and description by default.
package library.prometheus.annotation_missing

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "annotations"), msg) if {
	some entry in promql.alerts
	some name in object.get(input.parameters, "annotations", ["summary", "description"])
	object.get(entry.rule, ["annotations", name], "") == ""
	msg := sprintf("%s has no annotation %s", [entry.name, name])
}
