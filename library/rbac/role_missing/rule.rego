# METADATA
# title: Binding of a role that does not exist
# custom:
#   id: RBAC-012
#   severity: medium
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   why: Who later creates a role of that name decides what the subjects may do.
#   fix: Correct the name, or remove the binding.
#   sync:
#   - rbac.authorization.k8s.io/v1/Role
#   - rbac.authorization.k8s.io/v1/ClusterRole
package library.rbac.role_missing

import data.lib.finding
import data.lib.inventory
import data.lib.rbac

violation contains finding.at(["roleRef", "name"], [], msg) if {
	ref := input.review.object.roleRef
	ref.kind == "Role"
	count(inventory.objects(inventory.namespace, "Role")) > 0
	not ref.name in {role.metadata.name | some role in inventory.objects(inventory.namespace, "Role")}
	msg := sprintf("the namespace has no Role %q", [ref.name])
}

violation contains finding.at(["roleRef", "name"], [], msg) if {
	ref := input.review.object.roleRef
	ref.kind == "ClusterRole"
	count(inventory.cluster("ClusterRole")) > 0
	not _built_in(ref.name)
	not ref.name in {role.metadata.name | some role in inventory.cluster("ClusterRole")}
	msg := sprintf("there is no ClusterRole %q", [ref.name])
}

_built_in(name) if name in rbac.default_roles

_built_in(name) if startswith(name, "system:")
