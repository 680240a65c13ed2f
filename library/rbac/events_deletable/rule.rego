# METADATA
# title: Events deletable
# custom:
#   id: RBAC-009
#   severity: medium
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   why: Traces of an attack can be wiped.
#   fix: Remove the verb.
package library.rbac.events_deletable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	some resource in ["events"]
	granted := rbac.verbs(grant.rule, "", resource, ["delete", "deletecollection"])
	count(granted) > 0
	msg := sprintf("%s %q may %s %s", [input.review.object.kind, finding.name, concat(", ", granted), resource])
}
