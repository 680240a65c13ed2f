# METADATA
# title: All secrets handed on
# custom:
#   id: GHA-008
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - secrets-inherit
#   why: The called workflow gets more than it needs.
#   fix: Name the secrets.
package library.github_actions.secrets_inherited

import data.lib.finding
import data.lib.workflow

violation contains finding.line(job.lines.secrets, msg) if {
	some job in workflow.jobs
	job.secrets == "inherit"
	msg := sprintf("job %s gives every secret to %s", [job.id, job.uses])
}
