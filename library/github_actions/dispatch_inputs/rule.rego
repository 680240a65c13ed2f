# METADATA
# title: Manual inputs affect the build
# custom:
#   id: GHA-034
#   severity: info
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - CKV_GHA_7
#   why: What was built cannot be told from the repository.
#   fix: Take the values from the repository.
package library.github_actions.dispatch_inputs

import data.lib.finding
import data.lib.workflow

violation contains finding.line(workflow.document.lines.on, msg) if {
	inputs := workflow.triggers.workflow_dispatch.inputs
	count(inputs) > 0
	msg := sprintf("the inputs %s make a build that no commit describes", [concat(", ", object.keys(inputs))])
}
