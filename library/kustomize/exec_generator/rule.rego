# METADATA
# title: Generator or transformer that runs programs
# custom:
#   id: KUS-014
#   severity: high
#   targets:
#   - Kustomization.gatewright.dev
#   why: Whoever changes the repository runs code on the builder.
#   fix: Use built-in transformers.
package library.kustomize.exec_generator

import data.lib.finding

violation contains finding.line(line, msg) if {
	some field in ["generators", "transformers", "validators"]
	line := input.review.object.lines[field]
	count(input.review.object.kustomization[field]) > 0
	some entry in input.review.object.kustomization[field]
	regex.match(`config\.kubernetes\.io/function|exec:|container:`, entry)
	msg := sprintf("%s start programs during the build", [field])
}
