# METADATA
# title: Template name differs in strict scope
# custom:
#   id: SEAL-006
#   severity: high
#   targets:
#   - SealedSecret.bitnami.com
#   why: Name and namespace are part of what was encrypted.
#   fix: Seal again under the right name.
package library.sealed_secret.template_name_differs

import data.lib.finding

violation contains finding.at(["spec", "template", "metadata", field], [], msg) if {
	not _wide
	some field in ["name", "namespace"]
	inner := input.review.object.spec.template.metadata[field]
	outer := input.review.object.metadata[field]
	inner != outer
	msg := sprintf("the template says %s %q, the SealedSecret %q: with strict scope it cannot be unsealed", [field, inner, outer])
}

_wide if {
	some scope in ["cluster-wide", "namespace-wide"]
	input.review.object.metadata.annotations[concat("", ["sealedsecrets.bitnami.com/", scope])] == "true"
}
