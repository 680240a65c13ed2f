# METADATA
# title: Group interval over five minutes
# custom:
#   id: PROM-021
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - group/interval
#   why: Alerts resolve and fire again.
#   fix: Use five minutes or less.
package library.prometheus.long_interval

import data.lib.finding
import data.lib.promql

violation contains finding.line(object.get(group.lines, "interval", group.line), msg) if {
	some group in input.review.object.groups
	promql.seconds(group.interval) > 300
	msg := sprintf("group %s: after five minutes a series counts as gone, so results of every %s have gaps", [group.name, group.interval])
}
