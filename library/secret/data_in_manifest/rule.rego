# METADATA
# title: Secret with data in the manifest
# custom:
#   id: SEC-002
#   severity: high
#   targets:
#   - Secret
#   controls:
#   - standard: nsa
#     id: C-0012
#   why: Whoever reads the repository has the credential, for ever.
#   fix: 'Keep it outside: ExternalSecret, SealedSecret or the secret store of the pipeline.'
package library.secret.data_in_manifest

import data.lib.credential
import data.lib.finding

violation contains finding.at(["data", key], [], msg) if {
	some key, value in input.review.object.data
	base64.is_valid(value)
	text := base64.decode(value)
	not credential.placeholder(text)
	not _public(key)
	msg := sprintf("Secret %q holds %s in its manifest; base64 hides nothing", [finding.name, key])
}

# Certificates are public.
_public(key) if key in {"ca.crt", "tls.crt"}
