# METADATA
# title: All secrets in one value
# custom:
#   id: GHA-009
#   severity: high
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - overprovisioned-secrets
#   why: One leak is all leaks.
#   fix: Name the secret.
package library.github_actions.all_secrets_exposed

import data.lib.finding
import data.lib.workflow

violation contains finding.line(expression.line, msg) if {
	some expression in workflow.expressions
	regex.match(`(?i)tojson\(\s*secrets\s*\)|\bsecrets\s*\[[^'"]`, expression.text)
	msg := sprintf("${{ %s }} puts every secret into the step", [expression.text])
}
