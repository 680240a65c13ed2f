# METADATA
# title: patchesStrategicMerge deprecated
# custom:
#   id: KUS-002
#   severity: low
#   targets:
#   - Kustomization.gatewright.dev
#   why: It goes with the next version of the API.
#   fix: Use patches.
package library.kustomize.deprecated_strategic_merge

import data.lib.finding

violation contains finding.line(input.review.object.lines.patchesStrategicMerge, msg) if {
	_ = input.review.object.kustomization.patchesStrategicMerge
	msg := "patchesStrategicMerge is deprecated; use patches"
}
