# METADATA
# title: Checkout keeps the token
# custom:
#   id: GHA-005
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - artipacked
#   why: Any later step, or an artifact with .git in it, has the token.
#   fix: 'Set persist-credentials: false.'
package library.github_actions.persisted_credentials

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.name == "actions/checkout"
	not object.get(use.step, ["with", "persist-credentials"], true) in {false, "false"}
	msg := "the token stays in .git/config for every later step; set persist-credentials: false"
}
