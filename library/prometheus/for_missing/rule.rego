# METADATA
# title: for missing or zero
# custom:
#   id: PROM-004
#   severity: low
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - alerts/for
#   why: One failed scrape wakes someone up.
#   fix: 'Set for: 5m or more.'
package library.prometheus.for_missing

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "for"), msg) if {
	some entry in promql.alerts
	_zero(object.get(entry.rule, "for", "0s"))
	msg := sprintf("%s fires on a single sample", [entry.name])
}

_zero(duration) if promql.seconds(sprintf("%v", [duration])) == 0
