# METADATA
# title: Credentials of a container written out
# custom:
#   id: GHA-007
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - hardcoded-container-credentials
#   why: Whoever reads the repository has it.
#   fix: Use a secret.
package library.github_actions.container_credentials

import data.lib.finding
import data.lib.workflow

violation contains finding.line(line, msg) if {
	some job in workflow.jobs
	some [line, container] in _containers(job)
	password := container.credentials.password
	not contains(password, "${{")
	msg := sprintf("job %s: the registry password lies in the workflow", [job.id])
}

_containers(job) := array.concat(
	[[job.lines.container, container] | container := job.container; is_object(container)],
	[[job.lines.services, service] | some service in job.services; is_object(service)],
)
