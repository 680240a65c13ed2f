# METADATA
# title: Template name is not its kind
# custom:
#   id: GK-001
#   severity: critical
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Gatekeeper refuses the template.
#   fix: Use the kind in lower case.
package library.gatekeeper.template_name

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(["metadata", "name"], [], msg) if {
	input.review.object.metadata.name != lower(gatekeeper.kind)
	msg := sprintf("the template must be called %s, the kind in lower case", [lower(gatekeeper.kind)])
}
