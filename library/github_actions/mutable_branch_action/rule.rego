# METADATA
# title: Action used by branch
# custom:
#   id: GHA-004b
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - unpinned-uses
#   why: Every push to the branch runs here, unreviewed.
#   fix: Pin a release, best by its commit.
package library.github_actions.mutable_branch_action

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.kind == "action"
	use.ref in workflow.branches
	msg := sprintf("%s follows a branch: every push to it runs here", [use.text])
}
