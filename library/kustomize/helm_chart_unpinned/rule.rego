# METADATA
# title: Helm chart without a version, or over http
# custom:
#   id: KUS-009
#   severity: high
#   targets:
#   - Kustomization.gatewright.dev
#   why: What is deployed changes without a commit here.
#   fix: Pin the version and use https.
package library.kustomize.helm_chart_unpinned

import data.lib.finding

violation contains finding.line(input.review.object.itemLines.helmCharts[i], msg) if {
	some i, chart in input.review.object.kustomization.helmCharts
	object.get(chart, "version", "") == ""
	chart.repo
	msg := sprintf("the chart %s has no version", [chart.name])
}

violation contains finding.line(input.review.object.itemLines.helmCharts[i], msg) if {
	some i, chart in input.review.object.kustomization.helmCharts
	startswith(chart.repo, "http://")
	msg := sprintf("the chart %s comes without TLS", [chart.name])
}
