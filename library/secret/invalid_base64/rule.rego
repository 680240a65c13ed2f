# METADATA
# title: Secret value is not base64
# custom:
#   id: SEC-003
#   severity: high
#   targets:
#   - Secret
#   why: The API server refuses the Secret.
#   fix: Encode the value, or use stringData.
package library.secret.invalid_base64

import data.lib.finding

violation contains finding.at(["data", key], [], msg) if {
	some key, value in input.review.object.data
	value != null
	not _valid(value)
	msg := sprintf("Secret %q: the value of %s is not base64; plain text belongs into stringData", [finding.name, key])
}

_valid(value) if {
	is_string(value)
	base64.is_valid(regex.replace(value, `[\r\n]`, ""))
}
