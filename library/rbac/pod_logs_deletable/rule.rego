# METADATA
# title: Pod logs deletable
# custom:
#   id: RBAC-010
#   severity: medium
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   references:
#   - KSV-0042
#   why: Traces of an attack can be wiped.
#   fix: Remove the verb.
package library.rbac.pod_logs_deletable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["pods/log"], ["delete", "deletecollection"])
}
