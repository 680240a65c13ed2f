# METADATA
# title: Action not pinned by commit
# custom:
#   id: GHA-004
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - unpinned-uses
#   why: Whoever controls the action's repository runs code in this one, as with tj-actions in 2025.
#   fix: Pin the full commit and keep the version as a comment.
#   parameters:
#     trustedOwners:
#       type: array
#       items:
#         type: string
#       description: Owners whose actions may be used by tag.
#     trustedActions:
#       type: array
#       items:
#         type: string
#       description: Actions, owner/name, that may be used by tag.
package library.github_actions.unpinned_action

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.kind == "action"
	not workflow.sha(use.ref)

	# Branches are the business of github_actions/mutable_branch_action.
	not use.ref in workflow.branches
	not use.owner in object.get(input.parameters, "trustedOwners", [])
	not use.name in object.get(input.parameters, "trustedActions", [])
	msg := sprintf("%s: the tag %s can be moved to other code", [use.text, use.ref])
}
