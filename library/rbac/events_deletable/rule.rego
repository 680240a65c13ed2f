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

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["events"], ["delete", "deletecollection"])
}
