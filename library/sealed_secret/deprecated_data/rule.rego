# METADATA
# title: Deprecated spec.data
# custom:
#   id: SEAL-005
#   severity: medium
#   targets:
#   - SealedSecret.bitnami.com
#   why: The controller may drop it.
#   fix: Seal again with a current kubeseal.
package library.sealed_secret.deprecated_data

import data.lib.finding

violation contains finding.at(["spec", "data"], [], msg) if {
	object.get(input.review.object.spec, "data", "") != ""
	msg := "spec.data is the old form; values belong into spec.encryptedData"
}
