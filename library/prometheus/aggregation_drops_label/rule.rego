# METADATA
# title: Aggregation drops a required label
# custom:
#   id: PROM-017
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/aggregate
#   why: The alert cannot be sent to its owner.
#   fix: Aggregate by the label.
#   parameters:
#     labels:
#       type: array
#       items:
#         type: string
#       description: Labels that every aggregation must keep.
package library.prometheus.aggregation_drops_label

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some node in promql.nodes(entry.rule.query)
	node.type == "aggregate"
	some label in input.parameters.labels
	_drops(node, label)
	msg := sprintf("%s: %s drops the label %s", [entry.name, node.operator, label])
}

_drops(node, label) if {
	is_array(node.by)
	not label in node.by
}

_drops(node, label) if label in node.without

_drops(node, _) if {
	not is_array(node.by)
	not is_array(node.without)
}
