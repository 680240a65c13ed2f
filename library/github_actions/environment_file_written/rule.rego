# METADATA
# title: GITHUB_ENV written for strangers
# custom:
#   id: GHA-013
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - github-env
#   why: A line break in the value sets LD_PRELOAD or PATH for all later steps.
#   fix: Write GITHUB_OUTPUT instead.
package library.github_actions.environment_file_written

import data.lib.finding
import data.lib.workflow

violation contains finding.line(step.lines.run, msg) if {
	count(workflow.dangerous_triggers) > 0
	some step in workflow.steps
	regex.match(`>>?\s*"?\$\{?(GITHUB_ENV|GITHUB_PATH)|(tee|Out-File)[^\n]*GITHUB_(ENV|PATH)`, step.run)
	msg := "GITHUB_ENV or GITHUB_PATH is written in a run that strangers start"
}
