# METADATA
# title: Publishing with a stored token
# custom:
#   id: GHA-025
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - use-trusted-publishing
#   why: A stored token leaks and lives long.
#   fix: Use trusted publishing.
package library.github_actions.manual_publish_token

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.name == "pypa/gh-action-pypi-publish"
	use.step["with"].password
	msg := "PyPI trusts the workflow itself; no token needs to be stored"
}

violation contains finding.line(step.lines.run, msg) if {
	some step in workflow.steps
	regex.match(`(?m)^\s*(npm publish|cargo publish|gem push|twine upload)`, step.run)
	regex.match(`(?i)secrets\.`, sprintf("%v", [object.get(step, "env", {})]))
	msg := "the registry can trust the workflow itself; no token needs to be stored"
}
