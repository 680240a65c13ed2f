# METADATA
# title: Expression injected into a script
# custom:
#   id: GHA-001
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - template-injection
#   - CKV_GHA_2
#   why: Whoever writes the title or names the branch runs commands with the job's token.
#   fix: Put the value into env and use "$NAME".
package library.github_actions.template_injection

import data.lib.finding
import data.lib.workflow

violation contains finding.line(expression.line, msg) if {
	some step in workflow.steps
	some expression in step.expressions
	_script(step, expression.field)
	_dangerous(expression.text)
	msg := sprintf("${{ %s }} is pasted into the script as it is; pass it through env", [expression.text])
}

_script(_, "run")

_script(step, field) if field == _script_fields[lower(split(step.uses, "@")[0])]

# Where actions that many use take a script.
_script_fields := {
	"actions/github-script": "with.script",
	"appleboy/ssh-action": "with.script",
	"azure/cli": "with.inlineScript",
	"azure/powershell": "with.inlineScript",
}

_dangerous(text) if workflow.stranger_writes(text)

_dangerous(text) if {
	regex.match(`(?i)^(github\.event\.)?inputs\.`, text)
	not workflow.compares(text)
	not _choice(text)
}

# An input of type choice, boolean or number cannot hold a command.
_choice(text) if {
	parts := split(text, ".")
	some trigger in ["workflow_dispatch", "workflow_call"]
	workflow.triggers[trigger].inputs[parts[count(parts) - 1]].type in {"choice", "boolean", "number", "environment"}
}
