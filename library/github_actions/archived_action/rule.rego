# METADATA
# title: Archived or forbidden action
# custom:
#   id: GHA-023
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - archived-uses
#   - typosquat-uses
#   - forbidden-uses
#   why: Holes stay open, or someone else's code runs.
#   fix: Use its successor.
#   parameters:
#     forbidden:
#       type: array
#       items:
#         type: string
#       description: Actions, owner/name, that may not be used.
package library.github_actions.archived_action

import data.lib.finding
import data.lib.workflow

_archived := {
	"actions/create-release", "actions/upload-release-asset", "actions/setup-ruby", "actions-rs/cargo", "actions-rs/toolchain",
	"actions-rs/clippy-check", "actions-rs/audit-check", "actions/setup-elixir", "actions/setup-haskell", "stefanzweifel/laravel-stats-action",
	"8398a7/action-slack", "github/super-linter", "whelk-io/maven-settings-xml-action", "andymckay/cancel-action",
	"repo-sync/pull-request", "azure/container-scan", "azure/appservice-actions", "codecov/notify",
}

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.name in _archived
	msg := sprintf("%s is archived and gets no fixes", [use.name])
}

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.name in object.get(input.parameters, "forbidden", [])
	msg := sprintf("%s is forbidden here", [use.name])
}

# One letter from a name that everybody uses.
violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	some wrong, right in {"action/checkout": "actions/checkout", "actons/checkout": "actions/checkout", "actions/check-out": "actions/checkout", "action/cache": "actions/cache", "action/setup-node": "actions/setup-node", "actions/setupnode": "actions/setup-node"}
	use.name == wrong
	msg := sprintf("%s looks like %s and is not", [wrong, right])
}
