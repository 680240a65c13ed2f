# METADATA
# title: resourceNames with verbs that know no name
# custom:
#   id: RBAC-017
#   severity: low
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   why: The rule gives nothing for these verbs; the role looks tighter or wider than it is.
#   fix: Give these verbs in a rule of their own.
package library.rbac.names_with_collection_verbs

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	some grant in rbac.grants(input.review.object)
	count(grant.rule.resourceNames) > 0
	verbs := {verb | some verb in grant.rule.verbs; verb in {"create", "deletecollection"}}
	count(verbs) > 0
	msg := sprintf("resourceNames cannot limit %s: the request has no name", [concat(", ", verbs)])
}
