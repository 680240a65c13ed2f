# METADATA
# title: histogram_quantile without le
# custom:
#   id: PROM-025
#   severity: high
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql
#   why: The query returns nothing.
#   fix: Add le to by (…).
package library.prometheus.histogram_without_le

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "call"
	node.function == "histogram_quantile"
	inner := promql.strip(node.args[1])
	inner.type == "aggregate"
	is_array(inner.by)
	not "le" in inner.by
	_classic(inner)
	msg := sprintf("%s: the buckets are summed away; aggregate by le as well", [entry.name])
}

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "call"
	node.function == "histogram_quantile"
	inner := promql.strip(node.args[1])
	inner.type == "aggregate"
	not is_array(inner.by)
	not is_array(inner.without)
	_classic(inner)
	msg := sprintf("%s: the buckets are summed away; aggregate by le", [entry.name])
}

# Native histograms have no le.
_classic(tree) if {
	some vector in promql.vectors(tree)
	endswith(vector.name, "_bucket")
}
