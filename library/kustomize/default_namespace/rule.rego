# METADATA
# title: Namespace default
# custom:
#   id: KUS-015
#   severity: low
#   targets:
#   - Kustomization.gatewright.dev
#   why: Everything that was forgotten ends there.
#   fix: Use a namespace for each application.
package library.kustomize.default_namespace

import data.lib.finding

violation contains finding.line(input.review.object.lines.namespace, msg) if {
	input.review.object.kustomization.namespace == "default"
	msg := "everything goes into the namespace default"
}
