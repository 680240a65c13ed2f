# METADATA
# title: Dependabot without cooldown, or running foreign code
# custom:
#   id: GHA-036
#   severity: low
#   targets:
#   - Dependabot.gatewright.dev
#   references:
#   - dependabot-cooldown
#   - dependabot-execution
#   why: Compromised releases are mostly found within days.
#   fix: Add cooldown.default-days.
package library.github_actions.dependabot_unsafe

import data.lib.finding

violation contains finding.line(update.line, msg) if {
	some update in input.review.object.updates
	not update.cooldown
	msg := sprintf("%s: a new release is proposed the hour it appears, compromised ones too", [update["package-ecosystem"]])
}

violation contains finding.line(update.line, msg) if {
	some update in input.review.object.updates
	update["insecure-external-code-execution"] == "allow"
	msg := sprintf("%s: code of dependencies runs during the update", [update["package-ecosystem"]])
}
