# METADATA
# title: dataFrom finds everything
# custom:
#   id: ESO-007
#   severity: medium
#   targets:
#   - ExternalSecret.external-secrets.io
#   why: The namespace gets more than it needs.
#   fix: Name the keys.
package library.external_secret.takes_everything

import data.lib.finding

violation contains finding.at(["spec", "dataFrom", i, "find", "name", "regexp"], [], msg) if {
	some i, source in input.review.object.spec.dataFrom
	pattern := source.find.name.regexp
	trim_suffix(trim_prefix(pattern, "^"), "$") in {".*", ".+", ""}
	msg := sprintf("ExternalSecret %q copies every secret that the store can read", [finding.name])
}
