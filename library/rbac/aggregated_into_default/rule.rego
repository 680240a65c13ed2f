# METADATA
# title: Role joins a built-in one
# custom:
#   id: RBAC-006
#   severity: medium
#   targets:
#   - ClusterRole.rbac.authorization.k8s.io
#   why: The rights grow without anyone touching the bindings.
#   fix: Bind the role itself.
package library.rbac.aggregated_into_default

import data.lib.finding
import data.lib.rbac

violation contains finding.at(["metadata", "labels", label], [], msg) if {
	not rbac.bootstrap(input.review.object)
	some role in ["admin", "edit", "view"]
	label := concat("", ["rbac.authorization.k8s.io/aggregate-to-", role])
	input.review.object.metadata.labels[label] == "true"
	some grant in rbac.grants(input.review.object)
	some verb in grant.rule.verbs
	not verb in {"get", "list", "watch"}
	msg := sprintf("everyone with the role %s also gets ClusterRole %q, which may change things", [role, finding.name])
}
