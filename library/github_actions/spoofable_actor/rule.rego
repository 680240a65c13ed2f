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
	some place in workflow.conditions
	regex.match(_compared, place.text)
	msg := "github.actor is who triggered last; anyone can make a bot's pull request run again as the bot"
}

_compared := `(?i)github\.(actor|triggering_actor)\s*[=!]=\s*'[^']*\[bot\]'|'[^']*\[bot\]'\s*[=!]=\s*github\.(actor|triggering_actor)\b`
