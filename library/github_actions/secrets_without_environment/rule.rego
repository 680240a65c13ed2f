# METADATA
# title: Secrets used outside an environment
# custom:
#   id: GHA-011
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - secrets-outside-env
#   why: Any branch's workflow may use them.
#   fix: Put them into an environment with reviewers or branch rules.
package library.github_actions.secrets_without_environment

import data.lib.finding
import data.lib.workflow

violation contains finding.line(job.line, msg) if {
	some job in workflow.jobs
	not job.environment
	names := {name[1] |
		some step in job.steps
		some expression in step.expressions
		some name in regex.find_all_string_submatch_n(`secrets\.([A-Za-z0-9_]+)`, expression.text, -1)
		upper(name[1]) != "GITHUB_TOKEN"
	}
	count(names) > 0
	msg := sprintf("job %s uses %s without an environment that could protect them", [job.id, concat(", ", names)])
}
