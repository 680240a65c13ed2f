# METADATA
# title: Parameter not in the schema
# custom:
#   id: GK-007
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: A constraint can never set it, so the rule is silent.
#   fix: Declare it below validation.openAPIV3Schema.properties.
package library.gatekeeper.unknown_parameter

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	object.get(gatekeeper.schema, "x-kubernetes-preserve-unknown-fields", false) == false
	some name in gatekeeper.parameter_names(source)
	not name in object.keys(object.get(gatekeeper.schema, "properties", {}))
	msg := sprintf("input.parameters.%s is not in the schema", [name])
}

violation contains finding.at(["spec", "crd", "spec", "validation"], [], msg) if {
	not gatekeeper.schema
	some source in gatekeeper.sources
	names := gatekeeper.parameter_names(source)
	count(names) > 0
	msg := sprintf("no openAPIV3Schema describes the parameters %s", [concat(", ", names)])
}
