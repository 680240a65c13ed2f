# METADATA
# title: Chart in the old format or without a Kubernetes version
# custom:
#   id: HELM-002
#   severity: info
#   targets:
#   - HelmChart.gatewright.dev
#   references:
#   - https://helm.sh/docs/topics/charts/#the-chartyaml-file
#   why: Helm 3 reads apiVersion v1 for old charts only; without kubeVersion it installs on clusters that lack what the chart needs.
#   fix: 'Write apiVersion: v2, and the versions the chart is tested with in kubeVersion.'
package library.helm.chart_incomplete

import data.lib.finding

violation contains finding.line(input.review.object.lines.apiVersion, msg) if {
	input.review.object.chart.apiVersion == "v1"
	msg := "the chart has apiVersion v1, the format of Helm 2"
}

violation contains finding.line(1, msg) if {
	not input.review.object.chart.kubeVersion
	not input.review.object.chart.type == "library"
	msg := "the chart does not say for which Kubernetes versions it is (kubeVersion)"
}
