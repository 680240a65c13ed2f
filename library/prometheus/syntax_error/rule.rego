# METADATA
# title: PromQL syntax error
# custom:
#   id: PROM-001
#   severity: high
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/syntax
#   why: Prometheus refuses the file, with all rules in it.
#   fix: Correct the expression.
package library.prometheus.syntax_error

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	entry.rule.error
	msg := sprintf("%s: %s", [entry.name, entry.rule.error])
}

violation contains finding.line(entry.line, msg) if {
	some entry in promql.rules
	not entry.rule.expr
	msg := sprintf("%s has no expr", [entry.name])
}
