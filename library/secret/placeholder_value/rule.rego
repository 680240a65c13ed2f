# METADATA
# title: Placeholder left in a Secret
# custom:
#   id: SEC-001b
#   severity: medium
#   targets:
#   - Secret
#   why: The application starts with a secret that everybody knows.
#   fix: Fill it in where the Secret is made, not in the manifest.
package library.secret.placeholder_value

import data.lib.credential
import data.lib.finding

violation contains finding.at(["stringData", key], [], msg) if {
	some key, value in input.review.object.stringData
	is_string(value)
	credential.forgotten(value)
	msg := sprintf("Secret %q: %s still has the placeholder %q", [finding.name, key, value])
}

violation contains finding.at(["data", key], [], msg) if {
	some key, value in input.review.object.data
	base64.is_valid(value)
	text := base64.decode(value)
	credential.forgotten(text)
	msg := sprintf("Secret %q: %s still has the placeholder %q", [finding.name, key, text])
}
