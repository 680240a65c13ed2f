# METADATA
# title: Template uses a label that the result lacks
# custom:
#   id: PROM-007
#   severity: medium
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - alerts/template
#   why: The text says nothing about where.
#   fix: Aggregate by the label.
package library.prometheus.template_label_missing

import data.lib.finding
import data.lib.promql

violation contains finding.line(promql.line(entry, sprintf("annotations.%s", [name])), msg) if {
	some entry in promql.alerts
	kept := _kept(promql.strip(entry.rule.query))
	some name, text in entry.rule.annotations
	some match in regex.find_all_string_submatch_n(`\$labels\.([A-Za-z_][A-Za-z0-9_]*)`, text, -1)
	not match[1] in kept
	not match[1] in {"alertname"}
	not match[1] in object.keys(object.get(entry.rule, "labels", {}))
	msg := sprintf("%s: the result has no label %s; the text stays empty there", [entry.name, match[1]])
}

# Only an aggregation says for certain which labels are left.
_kept(tree) := {label | some label in tree.by} if tree.type == "aggregate"

_kept(tree) := set() if {
	tree.type == "aggregate"
	not is_array(tree.by)
	not is_array(tree.without)
	not tree.operator in {"topk", "bottomk", "limitk"}
}

_kept(tree) := _kept_comparison(promql.strip(tree.lhs)) if {
	tree.type == "binary"
	tree.operator in promql.comparisons
	promql.strip(tree.rhs).type == "number"
}

_kept_comparison(tree) := {label | some label in tree.by} if tree.type == "aggregate"
