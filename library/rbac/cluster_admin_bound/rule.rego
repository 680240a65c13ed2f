# METADATA
# title: cluster-admin bound
# custom:
#   id: CIS-5.1.1
#   severity: high
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.1
#     versions: 1.8-1.12
#   - standard: nsa
#     id: C-0035
#   references:
#   - KSV-0111
#   why: cluster-admin may do everything, everywhere; few need it and none should have it standing.
#   fix: Bind a role with the verbs that are needed.
#   parameters:
#     allowed:
#       type: array
#       items:
#         type: string
#       description: Names of bindings that may.
package library.rbac.cluster_admin_bound

import data.lib.finding

violation contains finding.at(["roleRef", "name"], [], msg) if {
	input.review.object.roleRef.name == "cluster-admin"
	input.review.object.roleRef.kind == "ClusterRole"
	not finding.name in object.get(input.parameters, "allowed", ["cluster-admin"])
	msg := sprintf("%s %q gives cluster-admin to %s", [input.review.object.kind, finding.name, _subjects])
}

_subjects := concat(", ", [subject.name | some subject in input.review.object.subjects])
