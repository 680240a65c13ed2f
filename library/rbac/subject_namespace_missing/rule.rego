# METADATA
# title: Service account subject without a namespace
# custom:
#   id: RBAC-014
#   severity: high
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   why: The API server refuses the binding.
#   fix: Name the account's namespace.
package library.rbac.subject_namespace_missing

import data.lib.finding

violation contains finding.at(["subjects", i, "namespace"], [], msg) if {
	some i, subject in input.review.object.subjects
	subject.kind == "ServiceAccount"
	object.get(subject, "namespace", "") == ""
	msg := sprintf("the subject %q names no namespace", [subject.name])
}
