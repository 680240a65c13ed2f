# METADATA
# title: Wrong apiGroup in a binding
# custom:
#   id: RBAC-016
#   severity: high
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   why: The API server refuses the binding.
#   fix: Use rbac.authorization.k8s.io for users and groups, nothing for service accounts.
package library.rbac.wrong_api_group

import data.lib.finding

violation contains finding.at(["roleRef", "apiGroup"], [], msg) if {
	group := input.review.object.roleRef.apiGroup
	group != "rbac.authorization.k8s.io"
	msg := sprintf("roleRef.apiGroup must be rbac.authorization.k8s.io, not %q", [group])
}

violation contains finding.at(["subjects", i, "apiGroup"], [], msg) if {
	some i, subject in input.review.object.subjects
	group := object.get(subject, "apiGroup", "")
	wanted := {"User": "rbac.authorization.k8s.io", "Group": "rbac.authorization.k8s.io", "ServiceAccount": ""}[subject.kind]
	not group in {wanted, ""}
	msg := sprintf("the subject %q has the apiGroup %q instead of %q", [subject.name, group, wanted])
}
