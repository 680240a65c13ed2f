# METADATA
# title: DENY by path
# custom:
#   id: IST-011
#   severity: medium
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: One path has many spellings.
#   fix: Allow the paths that are meant, and nothing else.
package library.istio.deny_by_path

import data.lib.finding
import data.lib.istio

violation contains finding.at(entry.path, ["paths"], msg) if {
	istio.action == "DENY"
	some entry in istio.operations
	count(entry.operation.paths) > 0
	msg := sprintf("AuthorizationPolicy %q denies by path: //, %%2F, a trailing slash or another case may pass it by", [finding.name])
}
