# METADATA
# title: Self-hosted runner
# custom:
#   id: GHA-012
#   severity: info
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - self-hosted-runner
#   why: A fork's pull request may stay on the machine.
#   fix: Use ephemeral runners.
package library.github_actions.self_hosted_runner

import data.lib.finding
import data.lib.workflow

violation contains finding.line(job.lines["runs-on"], msg) if {
	some job in workflow.jobs
	_self_hosted(job["runs-on"])
	msg := sprintf("job %s runs on a self-hosted runner, which keeps what earlier jobs left", [job.id])
}

_self_hosted("self-hosted")

_self_hosted(labels) if "self-hosted" in labels
