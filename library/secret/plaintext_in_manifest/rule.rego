# METADATA
# title: Secret with plaintext stringData
# custom:
#   id: SEC-001
#   severity: high
#   targets:
#   - Secret
#   controls:
#   - standard: nsa
#     id: C-0012
#   why: Whoever reads the repository has the credential, for ever.
#   fix: 'Keep it outside: ExternalSecret, SealedSecret or the secret store of the pipeline.'
package library.secret.plaintext_in_manifest

import data.lib.credential
import data.lib.finding

violation contains finding.at(["stringData", key], [], msg) if {
	some key, value in input.review.object.stringData
	is_string(value)
	not credential.placeholder(value)

	# What was never filled in is the business of secret/placeholder_value.
	not credential.forgotten(value)
	msg := sprintf("Secret %q holds the plaintext of %s in its manifest", [finding.name, key])
}
