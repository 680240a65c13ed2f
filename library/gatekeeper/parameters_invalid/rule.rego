# METADATA
# title: Parameters that the template's schema refuses
# custom:
#   id: GK-008
#   severity: high
#   targets:
#   - '*.constraints.gatekeeper.sh'
#   references:
#   - https://open-policy-agent.github.io/gatekeeper/website/docs/constrainttemplates/
#   why: The API server refuses the constraint, so nothing is checked.
#   fix: Write the parameters as validation.openAPIV3Schema of the template says.
#   sync:
#   - templates.gatekeeper.sh/v1/ConstraintTemplate
package library.gatekeeper.parameters_invalid

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "parameters"], _path(error.field), msg) if {
	some template in inventory.cluster("ConstraintTemplate")
	template.spec.crd.spec.names.kind == input.review.object.kind
	schema := template.spec.crd.spec.validation.openAPIV3Schema
	[_, errors] := json.match_schema(object.get(input.review.object, ["spec", "parameters"], {}), schema)
	some error in errors
	msg := sprintf("the schema of %s refuses the parameters: %s", [input.review.object.kind, error.error])
}

_path("(root)") := []

_path(field) := split(field, ".") if field != "(root)"
