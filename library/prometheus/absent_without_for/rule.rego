# METADATA
# title: absent() without for
# custom:
#   id: PROM-009
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - alerts/absent
#   why: It fires at every restart.
#   fix: Set for to twice the scrape interval or more.
package library.prometheus.absent_without_for

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.alerts
	some node in promql.nodes(entry.rule.query)
	node.type == "call"
	node.function == "absent"
	promql.seconds(sprintf("%v", [object.get(entry.rule, "for", "0s")])) < 120
	msg := sprintf("%s: after a restart of Prometheus every series is absent for a moment", [entry.name])
}
