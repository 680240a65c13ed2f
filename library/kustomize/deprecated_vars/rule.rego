# METADATA
# title: vars deprecated
# custom:
#   id: KUS-005
#   severity: low
#   targets:
#   - Kustomization.gatewright.dev
#   why: It goes with the next version of the API.
#   fix: Use replacements.
package library.kustomize.deprecated_vars

import data.lib.finding

violation contains finding.line(input.review.object.lines.vars, msg) if {
	_ = input.review.object.kustomization.vars
	msg := "vars is deprecated; use replacements"
}
