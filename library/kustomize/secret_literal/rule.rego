# METADATA
# title: Secret generated from plain text
# custom:
#   id: KUS-008
#   severity: high
#   targets:
#   - Kustomization.gatewright.dev
#   why: Whoever reads the repository has the credential.
#   fix: Use an ExternalSecret or a SealedSecret.
package library.kustomize.secret_literal

import data.lib.credential
import data.lib.finding

violation contains finding.line(input.review.object.itemLines.secretGenerator[i], msg) if {
	some i, generator in input.review.object.kustomization.secretGenerator
	some literal in generator.literals
	value := concat("=", array.slice(split(literal, "="), 1, 100))
	not credential.placeholder(value)
	msg := sprintf("secretGenerator %s holds %s in plain text", [object.get(generator, "name", ""), split(literal, "=")[0]])
}
