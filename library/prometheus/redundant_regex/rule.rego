# METADATA
# title: Redundant regular expression
# custom:
#   id: PROM-016
#   severity: low
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/regexp
#   why: It is slower and hides what is meant.
#   fix: Use = and !=, and leave out the anchors.
package library.prometheus.redundant_regex

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some vector in promql.vectors(entry.rule.query)
	some matcher in vector.matchers
	matcher.op in {"=~", "!~"}
	msg := _fault(matcher)
}

_fault(matcher) := sprintf("%s%s\"%s\" is anchored anyway", [matcher.name, matcher.op, matcher.value]) if {
	regex.match(`^\^|[^\\]\$$`, matcher.value)
}

_fault(matcher) := sprintf("%s%s\"%s\" needs no regular expression", [matcher.name, matcher.op, matcher.value]) if {
	regex.match(`^[A-Za-z0-9_/-]+$`, matcher.value)
}
