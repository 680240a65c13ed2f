# METADATA
# title: Old template API version
# custom:
#   id: DEP-011
#   severity: low
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Its schema is read in the legacy way, which lets any parameter through.
#   fix: Use v1 with a structural schema.
package library.gatekeeper.old_template_version

import data.lib.finding

violation contains finding.at(["apiVersion"], [], msg) if {
	input.review.object.apiVersion != "templates.gatekeeper.sh/v1"
	msg := sprintf("%s: use templates.gatekeeper.sh/v1, which checks the schema", [input.review.object.apiVersion])
}
