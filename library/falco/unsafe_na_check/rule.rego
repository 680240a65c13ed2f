# METADATA
# title: Comparison that <NA> passes
# custom:
#   id: FAL-007
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_UNSAFE_NA_CHECK
#   why: Processes outside Kubernetes trigger it.
#   fix: Add `and k8s.ns.name exists`, or a macro such as container.
package library.falco.unsafe_na_check

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.rules
	some comparison in item.condition.comparisons
	regex.match(`^(k8s\.(ns|pod|deployment|rc|rs|svc)|container\.image|ka\.)`, comparison.field)
	comparison.operator == "!="
	not comparison.negated
	not _guarded(item.condition, comparison.field)
	not _container(item.condition)
	msg := sprintf("rule %q: %s != … is also true when there is no %s", [item.name, comparison.field, comparison.field])
}

_guarded(condition, field) if {
	some comparison in condition.comparisons
	comparison.field == field
	comparison.values == ["<NA>"]
}

_guarded(condition, field) if {
	some comparison in condition.comparisons
	comparison.field == field
	comparison.operator == "exists"
}

# Inside a container the fields are there.
_container(condition) if {
	some reference in condition.references
	reference.name in {"container", "container_started", "container_entrypoint"}
}

_container(condition) if "container.id" in condition.fields
