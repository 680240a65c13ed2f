# METADATA
# title: Missing or excessive permissions
# custom:
#   id: GHA-003
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - excessive-permissions
#   - CKV2_GHA_1
#   why: A compromised step writes to the repository.
#   fix: 'Set permissions: {} and give each job what it needs.'
package library.github_actions.excessive_permissions

import data.lib.finding
import data.lib.workflow

violation contains finding.line(workflow.document.lines.jobs, msg) if {
	workflow.document.permissions == null
	some job in workflow.jobs
	not job.lines.permissions
	msg := "no permissions: the token has whatever the repository's default gives"
}

violation contains finding.line(workflow.document.lines.permissions, msg) if {
	workflow.document.permissions == "write-all"
	msg := "write-all gives the token every right"
}

violation contains finding.line(job.lines.permissions, msg) if {
	some job in workflow.jobs
	job.permissions == "write-all"
	msg := sprintf("job %s: write-all gives the token every right", [job.id])
}

violation contains finding.line(entry.line, msg) if {
	count(workflow.jobs) > 1
	some scope, entry in workflow.document.permissionLines
	workflow.document.permissions[scope] == "write"
	scope in {"actions", "checks", "contents", "deployments", "id-token", "issues", "packages", "pages", "pull-requests", "security-events", "statuses", "attestations"}
	msg := sprintf("%s: write holds for every job; give it to the one that needs it", [scope])
}
