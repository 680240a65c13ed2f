# METADATA
# title: Condition that is always true
# custom:
#   id: GHA-017
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - unsound-condition
#   why: The step always runs.
#   fix: Write the condition without ${{ }}.
package library.github_actions.always_true_condition

import data.lib.finding
import data.lib.workflow

violation contains finding.line(place.line, msg) if {
	some place in workflow.conditions
	regex.match(`\$\{\{`, place.text)
	not regex.match(`^\$\{\{[^}]*\}\}$`, place.text)
	msg := "text around ${{ }} makes the condition a non-empty string, which is true"
}
