# METADATA
# title: patchesJson6902 deprecated
# custom:
#   id: KUS-003
#   severity: low
#   targets:
#   - Kustomization.gatewright.dev
#   why: It goes with the next version of the API.
#   fix: Use patches.
package library.kustomize.deprecated_json_patches

import data.lib.finding

violation contains finding.line(input.review.object.lines.patchesJson6902, msg) if {
	_ = input.review.object.kustomization.patchesJson6902
	msg := "patchesJson6902 is deprecated; use patches"
}
