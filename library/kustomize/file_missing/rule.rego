# METADATA
# title: File missing, listed twice or outside the root
# custom:
#   id: KUS-012
#   severity: high
#   targets:
#   - Kustomization.gatewright.dev
#   why: kustomize build fails.
#   fix: Correct the list.
package library.kustomize.file_missing

import data.lib.finding

violation contains finding.line(input.review.object.itemLines[entry.field][entry.index], msg) if {
	some entry in input.review.object.files
	entry.exists == false
	msg := sprintf("%s does not exist", [entry.name])
}

violation contains finding.line(input.review.object.itemLines[other.field][other.index], msg) if {
	some one in input.review.object.files
	some other in input.review.object.files
	one.field == other.field
	one.index < other.index
	one.name == other.name
	msg := sprintf("%s is listed twice", [one.name])
}
