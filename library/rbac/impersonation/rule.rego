# METADATA
# title: Impersonation of anyone
# custom:
#   id: RBAC-019
#   severity: critical
#   targets:
#   - Role.rbac.authorization.k8s.io
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.8
#     versions: 1.8-1.12
#   references:
#   - KSV-0043
#   why: Whoever may act as anyone is everyone.
#   fix: Name those who may be impersonated in resourceNames.
package library.rbac.impersonation

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], msg) if {
	some given in rbac.given("", ["users", "groups", "serviceaccounts"], ["impersonate"])
	count(rbac.names(given.rule)) == 0
	msg := sprintf("%s may act as any of %s", [rbac.who, given.resource])
}

violation contains finding.at(given.path, [], msg) if {
	some given in rbac.given("", ["groups"], ["impersonate"])
	"system:masters" in rbac.names(given.rule)
	msg := sprintf("%s may act as the group system:masters", [rbac.who])
}
