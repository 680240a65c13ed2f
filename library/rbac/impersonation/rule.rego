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

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	count(object.get(grant.rule, "resourceNames", [])) == 0
	rbac.covers_group(grant.rule, "")
	rbac.covers_verb(grant.rule, "impersonate")
	some resource in ["users", "groups", "serviceaccounts"]
	rbac.covers_resource(grant.rule, resource)
	msg := sprintf("%s %q may act as any of %s", [input.review.object.kind, finding.name, resource])
}
