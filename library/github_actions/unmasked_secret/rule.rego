# METADATA
# title: Secret taken apart
# custom:
#   id: GHA-010
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - unredacted-secrets
#   why: The parts show up in the log.
#   fix: Store each value as a secret of its own.
package library.github_actions.unmasked_secret

import data.lib.finding
import data.lib.workflow

violation contains finding.line(expression.line, msg) if {
	some expression in workflow.expressions
	regex.match(`(?i)fromjson\(\s*secrets\.`, expression.text)
	msg := sprintf("${{ %s }}: the parts of a secret are not masked in logs", [expression.text])
}
