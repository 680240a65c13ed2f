# METADATA
# title: bases deprecated
# custom:
#   id: KUS-001
#   severity: low
#   targets:
#   - Kustomization.gatewright.dev
#   why: It goes with the next version of the API.
#   fix: Use resources.
package library.kustomize.deprecated_bases

import data.lib.finding

violation contains finding.line(input.review.object.lines.bases, msg) if {
	_ = input.review.object.kustomization.bases
	msg := "bases is deprecated; use resources"
}
