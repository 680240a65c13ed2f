# METADATA
# title: Sealed value is not ciphertext
# custom:
#   id: SEAL-004
#   severity: critical
#   targets:
#   - SealedSecret.bitnami.com
#   why: What was never sealed lies readable in the repository, or cannot be unsealed.
#   fix: Seal the value with kubeseal.
package library.sealed_secret.not_ciphertext

import data.lib.finding

violation contains finding.at(["spec", "encryptedData", key], [], msg) if {
	some key, value in input.review.object.spec.encryptedData

	# Documentation shortens ciphertext; nobody takes the ellipsis for a value.
	not regex.match(`(\.\.\.|…)$`, value)
	reason := _wrong(value)
	msg := sprintf("SealedSecret %q: the value of %s %s", [finding.name, key, reason])
}

_wrong(value) := "is not base64" if not base64.is_valid(value)

# The sealed form opens with the length of the RSA block, 512 bytes for the usual key; 16 bytes of tag end it.
_wrong(value) := "is too short to be sealed" if {
	base64.is_valid(value)
	count(value) < 370
}

_wrong(value) := "does not open with the length of an RSA block" if {
	base64.is_valid(value)
	count(value) >= 370
	not _opens_with_length(hex.encode(substring(value, 0, 4)))
}

# "AQ" (256), "AY" (384), "Ag" (512), "BA" (1024): the first six bits and the next two of the big-endian length.
_opens_with_length(encoded) if substring(encoded, 0, 4) in {"4151", "4159", "4167", "4241", "4141"}
