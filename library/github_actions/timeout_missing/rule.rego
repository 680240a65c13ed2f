# METADATA
# title: No timeout
# custom:
#   id: GHA-035
#   severity: info
#   targets:
#   - Workflow.gatewright.dev
#   why: A hanging job keeps its runner and its token.
#   fix: Set timeout-minutes.
package library.github_actions.timeout_missing

import data.lib.finding
import data.lib.workflow

violation contains finding.line(job.line, msg) if {
	some job in workflow.jobs
	not job.uses
	not job["timeout-minutes"]
	every step in job.steps {
		not step["timeout-minutes"]
	}
	msg := sprintf("job %s may hang for six hours", [job.id])
}
