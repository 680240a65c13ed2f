# METADATA
# title: Duplicate rule or group
# custom:
#   id: PROM-019
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - rule/duplicate
#   why: Two alerts come for one thing, or Prometheus refuses the file.
#   fix: Remove one.
package library.prometheus.duplicate_rule

import data.lib.finding
import data.lib.promql

violation contains finding.line(other.line, msg) if {
	some earlier, one in promql.rules
	some later, other in promql.rules
	earlier < later
	one.name == other.name
	_body(one.rule) == _body(other.rule)
	msg := sprintf("%s stands twice with the same expression and labels", [one.name])
}

violation contains finding.line(other.line, msg) if {
	some earlier, one in input.review.object.groups
	some later, other in input.review.object.groups
	earlier < later
	one.name == other.name
	msg := sprintf("two groups are called %s", [one.name])
}

_body(rule) := [object.get(rule, "expr", ""), object.get(rule, "labels", {})]
