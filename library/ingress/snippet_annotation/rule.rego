# METADATA
# title: nginx snippet annotation
# custom:
#   id: ING-003
#   severity: high
#   targets:
#   - Ingress.networking.k8s.io
#   controls:
#   - standard: nsa
#     id: C-0059
#   references:
#   - CKV_K8S_152
#   - CKV_K8S_153
#   - CKV_K8S_154
#   why: A snippet reads every Secret that the controller can (CVE-2021-25742).
#   fix: Remove it and turn snippets off in the controller.
package library.ingress.snippet_annotation

import data.lib.finding

violation contains finding.at(["metadata", "annotations", key], [], msg) if {
	some key, _ in input.review.object.metadata.annotations
	regex.match(`^nginx\.ingress\.kubernetes\.io/(configuration|server|auth|stream|modsecurity)-snippet$`, key)
	msg := sprintf("Ingress %q puts text of its own into nginx' configuration", [finding.name])
}
