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
	some place in _conditions
	is_string(place.text)
	regex.match(`\$\{\{`, place.text)
	not regex.match(`^\$\{\{[^}]*\}\}$`, place.text)
	msg := "text around ${{ }} makes the condition a non-empty string, which is true"
}

_conditions := array.concat(
	[{"line": job.lines["if"], "text": job["if"]} | some job in workflow.jobs],
	[{"line": step.lines["if"], "text": step["if"]} | some step in workflow.steps],
)
