# METADATA
# title: ACTIONS_ALLOW_UNSECURE_COMMANDS
# custom:
#   id: GHA-014
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - insecure-commands
#   - CKV_GHA_1
#   why: It brings back set-env and add-path, which were removed for that.
#   fix: Remove it.
package library.github_actions.unsecure_commands

import data.lib.finding
import data.lib.workflow

_name := "ACTIONS_ALLOW_UNSECURE_COMMANDS"

violation contains finding.line(line, msg) if {
	some [line, env] in _environments
	_true(env[_name])
	msg := "any output of a step may set variables and paths"
}

_environments := array.concat(
	[[document.lines.env, document.env] | document := workflow.document],
	array.concat(
		[[job.lines.env, job.env] | some job in workflow.jobs],
		[[step.lines.env, step.env] | some step in workflow.steps],
	),
)

_true(value) if lower(sprintf("%v", [value])) == "true"
