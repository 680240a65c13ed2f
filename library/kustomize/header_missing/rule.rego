# METADATA
# title: apiVersion or kind missing
# custom:
#   id: KUS-011
#   severity: info
#   targets:
#   - Kustomization.gatewright.dev
#   why: Other tools do not recognise the file.
#   fix: 'Add apiVersion: kustomize.config.k8s.io/v1beta1 and kind: Kustomization.'
package library.kustomize.header_missing

import data.lib.finding

violation contains finding.line(1, msg) if {
	some field in ["apiVersion", "kind"]
	not input.review.object.kustomization[field]
	msg := sprintf("%s is missing", [field])
}
