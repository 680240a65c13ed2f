# METADATA
# title: Vulnerability scan that never fails
# custom:
#   id: GHA-037
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   why: Images with known holes are shipped.
#   fix: 'Set exit-code: 1 with the severities that count.'
package library.github_actions.scan_does_not_fail

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.name == "aquasecurity/trivy-action"
	not _fails(use)
	not _another_fails
	msg := "trivy-action reports and goes on: exit-code is 0 and no other scan of the workflow fails"
}

_fails(use) if sprintf("%v", [use.step["with"]["exit-code"]]) != "0"

_another_fails if {
	some use in workflow.uses
	use.name == "aquasecurity/trivy-action"
	_fails(use)
}
