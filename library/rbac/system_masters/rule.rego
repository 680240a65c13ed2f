# METADATA
# title: system:masters bound
# custom:
#   id: CIS-5.1.7
#   severity: critical
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.7
#     versions: 1.8-1.12
#   references:
#   - KSV-0123
#   why: The API server never asks RBAC about its members.
#   fix: Use a group of your own.
package library.rbac.system_masters

import data.lib.finding

violation contains finding.at(["subjects", i, "name"], [], msg) if {
	some i, subject in input.review.object.subjects
	subject.kind == "Group"
	subject.name == "system:masters"
	not input.review.object.metadata.name == "cluster-admin"
	msg := "the group system:masters passes by every check, and its rights cannot be taken back"
}
