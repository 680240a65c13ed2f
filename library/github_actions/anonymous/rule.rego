# METADATA
# title: Workflow without a name
# custom:
#   id: GHA-021
#   severity: info
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - anonymous-definition
#   why: Logs and checks show the file's name.
#   fix: Add name.
package library.github_actions.anonymous

import data.lib.finding
import data.lib.workflow

violation contains finding.line(workflow.document.lines.on, msg) if {
	workflow.document.name == null
	msg := "the workflow has no name"
}
