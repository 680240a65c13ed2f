# METADATA
# title: Removed field
# custom:
#   id: KUS-006
#   severity: medium
#   targets:
#   - Kustomization.gatewright.dev
#   why: Kustomize ignores or refuses it.
#   fix: Use images, or helmCharts.
package library.kustomize.removed_field

import data.lib.finding

violation contains finding.line(line, msg) if {
	some field in ["imageTags", "helmChartInflationGenerator", "patches6902", "crdTransformer"]
	line := input.review.object.lines[field]
	msg := sprintf("%s is gone", [field])
}
