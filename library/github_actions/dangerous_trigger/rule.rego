# METADATA
# title: pull_request_target or workflow_run
# custom:
#   id: GHA-002
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - dangerous-triggers
#   why: A pull request from a fork takes the repository.
#   fix: Use pull_request; split what needs secrets into a second workflow.
package library.github_actions.dangerous_trigger

import data.lib.finding
import data.lib.workflow

violation contains finding.line(workflow.document.lines.on, msg) if {
	some trigger in workflow.dangerous_triggers
	count(_checkouts) == 0
	msg := sprintf("%s runs for strangers with the repository's secrets", [trigger])
}

violation contains finding.line(line, msg) if {
	some trigger in workflow.dangerous_triggers
	some line in _checkouts
	msg := sprintf("%s and a checkout of the stranger's code: it runs with the repository's secrets", [trigger])
}

_checkouts := _by_action | _by_command

_by_action := {use.line |
	some use in workflow.uses
	use.name == "actions/checkout"
	regex.match(_their_code, sprintf("%v", [use.step["with"]]))
}

_by_command := {step.lines.run |
	some step in workflow.steps
	regex.match(`\bgh\s+pr\s+checkout\b|\bgit\s+(fetch|checkout|pull|clone)\b[^\n]*(\bpull/|\$\{\{\s*github\.(event\.pull_request\.head|head_ref))`, step.run)
}

_their_code := `(?i)github\.(event\.pull_request\.head|head_ref|event\.workflow_run\.head)|refs/pull/`
