# METADATA
# title: a && b || c with an empty b
# custom:
#   id: GHA-019
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - unsound-ternary
#   why: The condition has no effect.
#   fix: Turn the condition around.
package library.github_actions.ternary_trap

import data.lib.finding
import data.lib.workflow

violation contains finding.line(expression.line, msg) if {
	some expression in workflow.expressions
	regex.match(`&&\s*(''|false|0|null)\s*\|\|`, expression.text)
	msg := sprintf("${{ %s }} never gives the empty value: the other one always wins", [expression.text])
}
