# METADATA
# title: Template without title and description
# custom:
#   id: GK-023
#   severity: info
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Tools and people see only its name.
#   fix: Add the annotations.
package library.gatekeeper.template_undocumented

import data.lib.finding

violation contains finding.at(["metadata", "annotations"], [], msg) if {
	missing := [key | some key in ["metadata.gatekeeper.sh/title", "description"]; not input.review.object.metadata.annotations[key]]
	count(missing) > 0
	msg := sprintf("the annotations %s are missing", [concat(", ", missing)])
}
