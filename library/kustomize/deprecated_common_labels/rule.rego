# METADATA
# title: commonLabels deprecated
# custom:
#   id: KUS-004
#   severity: low
#   targets:
#   - Kustomization.gatewright.dev
#   why: It goes with the next version of the API. It also changes selectors, which are immutable.
#   fix: Use labels.
package library.kustomize.deprecated_common_labels

import data.lib.finding

violation contains finding.line(input.review.object.lines.commonLabels, msg) if {
	_ = input.review.object.kustomization.commonLabels
	msg := "commonLabels is deprecated; use labels"
}
