# METADATA
# title: Write permission without an explanation
# custom:
#   id: GHA-022
#   severity: info
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - undocumented-permissions
#   why: Nobody dares to take it away.
#   fix: Say why in a comment at the end of the line.
package library.github_actions.unexplained_permission

import data.lib.finding
import data.lib.workflow

violation contains finding.line(entry.line, msg) if {
	some place in array.concat([workflow.document], workflow.jobs)
	some scope, entry in place.permissionLines
	place.permissions[scope] == "write"
	entry.comment == ""
	msg := sprintf("%s: write has no comment that says what for", [scope])
}
