# METADATA
# title: Tool installed without a version
# custom:
#   id: GHA-027
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - unpinned-tools
#   - adhoc-packages
#   why: The build changes without a commit.
#   fix: Pin the version.
package library.github_actions.unpinned_tool

import data.lib.finding
import data.lib.workflow

violation contains finding.line(step.lines.run, msg) if {
	some step in workflow.steps
	some pattern in [
		`(?m)^\s*(sudo )?npm (install|i) (-g|--global) [a-z@/-]+\s*$`,
		`(?m)^\s*(python[0-9.]* -m )?pip3? install (-U |--upgrade )?[A-Za-z][A-Za-z0-9_-]*\s*$`,
		`(?m)^\s*go install [^@\s]+(@latest)?\s*$`,
		`(?m)^\s*cargo install [a-z0-9_-]+\s*$`,
	]
	regex.match(pattern, step.run)
	msg := "a tool is installed in whatever version there is"
}
