# METADATA
# title: Plaintext in the template
# custom:
#   id: SEAL-003
#   severity: high
#   targets:
#   - SealedSecret.bitnami.com
#   why: The template is not encrypted.
#   fix: Move the value to encryptedData.
package library.sealed_secret.plaintext_in_template

import data.lib.credential
import data.lib.finding

violation contains finding.at(["spec", "template", field, key], [], msg) if {
	some field in ["data", "stringData"]
	some key, value in input.review.object.spec.template[field]
	not contains(value, "{{")
	credential.named(key)
	msg := sprintf("SealedSecret %q: %s lies in the template unsealed", [finding.name, key])
}
