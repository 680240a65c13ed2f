# METADATA
# title: Service account token that never expires
# custom:
#   id: RBAC-020
#   severity: medium
#   targets:
#   - Secret
#   why: A stolen token works until someone notices.
#   fix: Use projected tokens, or kubectl create token.
package library.secret.legacy_token

import data.lib.finding

violation contains finding.at(["type"], [], msg) if {
	input.review.object.type == "kubernetes.io/service-account-token"
	msg := "this token is valid for as long as the Secret exists"
}
