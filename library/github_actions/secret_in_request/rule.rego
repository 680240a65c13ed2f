# METADATA
# title: Secret sent by curl, or netcat to an address
# custom:
#   id: GHA-032
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - CKV_GHA_3
#   - CKV_GHA_4
#   why: The secret shows up in the list of processes, or leaves.
#   fix: Pass it through env.
package library.github_actions.secret_in_request

import data.lib.finding
import data.lib.workflow

violation contains finding.line(step.lines.run, msg) if {
	some step in workflow.steps
	regex.match(`(?i)\b(curl|wget)\b(\\\n|[^\n])*\$\{\{\s*secrets\.`, step.run)
	msg := "a secret is pasted into a request on the command line"
}

violation contains finding.line(step.lines.run, msg) if {
	some step in workflow.steps
	regex.match(`\b(nc|netcat|ncat)\b[^\n]*\b\d+\.\d+\.\d+\.\d+\b`, step.run)
	msg := "netcat to an address is how shells are sent out"
}
