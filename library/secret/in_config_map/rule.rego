# METADATA
# title: Credential in a ConfigMap
# custom:
#   id: SEC-005
#   severity: high
#   targets:
#   - ConfigMap
#   controls:
#   - standard: nsa
#     id: C-0012
#   references:
#   - KSV-0109
#   - KSV-01010
#   why: ConfigMaps are read by many and encrypted by nobody.
#   fix: Use a Secret that does not lie in the repository.
package library.secret.in_config_map

import data.lib.credential
import data.lib.finding

violation contains finding.at(["data", key], [], msg) if {
	some key, value in input.review.object.data
	kind := credential.kind_of(value)
	msg := sprintf("ConfigMap %q: %s holds %s", [finding.name, key, kind])
}

violation contains finding.at(["data", key], [], msg) if {
	some key, value in input.review.object.data
	credential.named(key)
	not credential.about(key)
	not contains(value, "\n")
	count(value) >= 6
	not credential.placeholder(value)
	not credential.kind_of(value)
	not regex.match(`^[0-9]+[a-z]*$`, value)
	msg := sprintf("ConfigMap %q: %s looks like a credential", [finding.name, key])
}
