# METADATA
# title: Duplicate rule
# custom:
#   id: RBAC-018
#   severity: info
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   why: One of the two is forgotten when the other is changed.
#   fix: Remove it.
package library.rbac.duplicate_rule

import data.lib.finding

violation contains finding.at(["rules", later], [], msg) if {
	some earlier, one in input.review.object.rules
	some later, other in input.review.object.rules
	earlier < later
	one == other
	msg := sprintf("rule %d says the same as rule %d", [later + 1, earlier + 1])
}
