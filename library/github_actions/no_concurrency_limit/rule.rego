# METADATA
# title: No concurrency limit
# custom:
#   id: GHA-020
#   severity: info
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - concurrency-limits
#   why: Old runs take runners and may deploy after newer ones.
#   fix: Add concurrency.
package library.github_actions.no_concurrency_limit

import data.lib.finding
import data.lib.workflow

violation contains finding.line(workflow.document.lines.on, msg) if {
	workflow.document.concurrency == null
	count([job | some job in workflow.jobs; job.concurrency]) == 0
	msg := "runs of one branch pile up; concurrency would end the older ones"
}
