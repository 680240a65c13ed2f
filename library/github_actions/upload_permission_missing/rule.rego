# METADATA
# title: SARIF upload without its permission
# custom:
#   id: GHA-038
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   why: The upload fails and nobody sees the results.
#   fix: 'Add security-events: write to the job.'
package library.github_actions.upload_permission_missing

import data.lib.finding
import data.lib.workflow

violation contains finding.line(use.line, msg) if {
	some use in workflow.uses
	use.name == "github/codeql-action/upload-sarif"
	job := [job | some job in workflow.jobs; job.id == use.step.job][0]
	declared := [permissions |
		some holder in [job, workflow.document]
		permissions := holder.permissions
		permissions != null
	]
	count(declared) > 0
	not _may_write(declared[0])
	msg := "upload-sarif needs security-events: write"
}

_may_write("write-all")

_may_write(permissions) if permissions["security-events"] == "write"
