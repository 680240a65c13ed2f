# METADATA
# title: GitHub App token for everything
# custom:
#   id: GHA-029
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - github-app
#   why: The token may do all that the app may.
#   fix: Name permission-….
package library.github_actions.forged_github_app_scope

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.name in {"actions/create-github-app-token", "tibdex/github-app-token"}
	count([key | some key, _ in use.step["with"]; startswith(key, "permission")]) == 0
	msg := sprintf("%s asks for every permission of the app", [use.name])
}
