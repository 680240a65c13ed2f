# METADATA
# title: Broad built-in role bound
# custom:
#   id: RBAC-015
#   severity: medium
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   references:
#   - KSV-0111
#   why: edit reads Secrets and runs Pods as any account of the namespace.
#   fix: Bind a role with the verbs that are needed.
package library.rbac.broad_role_in_namespace

import data.lib.finding

violation contains finding.at(["roleRef", "name"], [], msg) if {
	input.review.object.roleRef.kind == "ClusterRole"
	input.review.object.roleRef.name in {"admin", "edit"}
	msg := sprintf("RoleBinding %q gives the broad role %s", [finding.name, input.review.object.roleRef.name])
}
