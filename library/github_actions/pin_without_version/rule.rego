# METADATA
# title: Pinned commit without its version
# custom:
#   id: GHA-024
#   severity: info
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - ref-version-mismatch
#   why: Updates cannot be followed.
#   fix: Add the version as a comment.
package library.github_actions.pin_without_version

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	workflow.sha(use.ref)
	not regex.match(`v?[0-9]+(\.[0-9]+)*`, use.comment)
	msg := sprintf("%s: nobody can see which version this commit is", [use.name])
}
