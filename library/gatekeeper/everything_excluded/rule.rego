# METADATA
# title: Every namespace excluded
# custom:
#   id: GK-025
#   severity: medium
#   targets:
#   - '*.constraints.gatekeeper.sh'
#   references:
#   - gatekeeper#2161
#   why: The policy is silent.
#   fix: Name the namespaces.
package library.gatekeeper.everything_excluded

import data.lib.finding

violation contains finding.at(["spec", "match", "excludedNamespaces", i], [], msg) if {
	some i, name in input.review.object.spec.match.excludedNamespaces
	name in {"*", "**"}
	msg := sprintf("%s %q excludes every namespace", [input.review.object.kind, finding.name])
}
