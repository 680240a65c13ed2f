# METADATA
# title: Constraint without its template
# custom:
#   id: GK-021
#   severity: high
#   targets:
#   - '*.constraints.gatekeeper.sh'
#   why: The constraint cannot be created, or does nothing.
#   fix: Add the template, or correct the kind.
#   sync:
#   - templates.gatekeeper.sh/v1/ConstraintTemplate
package library.gatekeeper.template_missing

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["kind"], [], msg) if {
	templates := inventory.cluster("ConstraintTemplate")
	count(templates) > 0
	not input.review.object.kind in {template.spec.crd.spec.names.kind | some template in templates}
	msg := sprintf("there is no ConstraintTemplate of the kind %s", [input.review.object.kind])
}
