# METADATA
# title: Condition on github.actor
# custom:
#   id: GHA-016
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - bot-conditions
#   why: Strangers get what only the bot should.
#   fix: Use github.event.pull_request.user.login.
package library.github_actions.spoofable_actor

import data.lib.finding
import data.lib.workflow

violation contains finding.line(place.line, msg) if {
	count(workflow.outside_triggers) > 0
	some place in _conditions
	regex.match(`github\.(actor|triggering_actor)\s*(==|!=)\s*'[^']*\[bot\]'`, place.text)
	msg := "github.actor is who triggered last; anyone can make a bot's pull request run again as the bot"
}

_conditions := array.concat(
	[{"line": job.lines["if"], "text": sprintf("%v", [job["if"]])} | some job in workflow.jobs],
	[{"line": step.lines["if"], "text": sprintf("%v", [step["if"]])} | some step in workflow.steps],
)
