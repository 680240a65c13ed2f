# METADATA
# title: Constraint matches every kind, or none
# custom:
#   id: GK-010
#   severity: medium
#   targets:
#   - '*.constraints.gatekeeper.sh'
#   why: Admission slows down, or the policy is silent.
#   fix: List groups and kinds.
package library.gatekeeper.match_too_wide

import data.lib.finding

violation contains finding.at(["spec", "match", "kinds", i], [], msg) if {
	some i, entry in input.review.object.spec.match.kinds
	"*" in entry.kinds
	"*" in object.get(entry, "apiGroups", ["*"])
	msg := sprintf("%s %q is asked about every object of the cluster", [input.review.object.kind, finding.name])
}

violation contains finding.at(["spec", "match", "kinds", i], [], msg) if {
	some i, entry in input.review.object.spec.match.kinds
	count(object.get(entry, "apiGroups", [])) == 0
	msg := sprintf("%s %q: without apiGroups the entry matches nothing", [input.review.object.kind, finding.name])
}
