# METADATA
# title: http:// in a script
# custom:
#   id: GHA-030
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   - Action.gatewright.dev
#   references:
#   - insecure-url-scheme
#   why: Anyone on the way decides what is installed.
#   fix: Use https.
package library.github_actions.insecure_url

import data.lib.finding
import data.lib.workflow

violation contains finding.line(step.lines.run, msg) if {
	some step in workflow.steps
	some url in regex.find_n(`http://[A-Za-z0-9.-]+`, step.run, -1)
	not regex.match(`^http://(localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|[a-z0-9-]+$|.*\.(local|internal|svc)$)`, url)
	regex.match(`\b(curl|wget|git|pip|npm|apt|add-apt-repository|Invoke-WebRequest)\b`, step.run)
	msg := sprintf("%s is fetched without TLS", [url])
}
