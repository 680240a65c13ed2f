# METADATA
# title: Every authenticated user bound
# custom:
#   id: RBAC-002
#   severity: high
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   references:
#   - KSV-01011
#   why: Every user and every Pod of the cluster gets the role.
#   fix: Bind the accounts that need it.
package library.rbac.everyone_bound

import data.lib.finding

violation contains finding.at(["subjects", i, "name"], [], msg) if {
	some i, subject in input.review.object.subjects
	subject.kind == "Group"
	subject.name in {"system:authenticated", "system:serviceaccounts"}
	not input.review.object.roleRef.name in _harmless
	msg := sprintf("%s %q gives rights to %s", [input.review.object.kind, finding.name, subject.name])
}

# What Kubernetes binds itself.
_harmless := {
	"system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery",
}
