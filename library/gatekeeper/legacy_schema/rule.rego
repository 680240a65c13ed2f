# METADATA
# title: Legacy or non-structural schema
# custom:
#   id: GK-009
#   severity: low
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Misspelt parameters are accepted and do nothing.
#   fix: 'Write a structural openAPIV3Schema with type: object.'
package library.gatekeeper.legacy_schema

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(["spec", "crd", "spec", "validation", "legacySchema"], [], msg) if {
	input.review.object.spec.crd.spec.validation.legacySchema == true
	msg := "legacySchema lets any parameter through"
}

violation contains finding.at(["spec", "crd", "spec", "validation"], [], msg) if {
	validation := input.review.object.spec.crd.spec.validation
	count(validation) > 0
	not validation.openAPIV3Schema
	not validation.legacySchema
	msg := sprintf("%s stands directly below validation, where it is ignored; it belongs below openAPIV3Schema", [concat(", ", object.keys(validation))])
}

violation contains finding.at(array.concat(["spec", "crd", "spec", "validation", "openAPIV3Schema"], path), [], msg) if {
	walk(gatekeeper.schema, [path, node])
	is_object(node)
	_without_type(path, node)
	msg := "the schema is not structural: a type is missing"
}

_without_type([], node) if {
	node.properties
	not node.type
}
