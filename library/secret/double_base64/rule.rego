# METADATA
# title: Secret encoded twice
# custom:
#   id: SEC-004
#   severity: low
#   targets:
#   - Secret
#   why: The application gets base64 instead of its password.
#   fix: Encode once, or use stringData.
package library.secret.double_base64

import data.lib.finding

violation contains finding.at(["data", key], [], msg) if {
	some key, value in input.review.object.data
	base64.is_valid(value)
	once := base64.decode(value)
	count(once) >= 12
	count(once) % 4 == 0
	regex.match(`^[A-Za-z0-9+/]+={0,2}$`, once)
	base64.is_valid(once)
	regex.match(`^[\x20-\x7e\n]+$`, base64.decode(once))
	msg := sprintf("Secret %q: %s decodes to base64 once more", [finding.name, key])
}
