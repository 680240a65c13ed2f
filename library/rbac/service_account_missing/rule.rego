# METADATA
# title: Binding of a service account that does not exist
# custom:
#   id: RBAC-013
#   severity: low
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   why: Who later creates the account has the rights.
#   fix: Correct the name, or remove the subject.
#   sync:
#   - v1/ServiceAccount
package library.rbac.service_account_missing

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["subjects", i, "name"], [], msg) if {
	some i, subject in input.review.object.subjects
	subject.kind == "ServiceAccount"
	subject.name != "default"
	accounts := {account.metadata.name | some account in inventory.objects(subject.namespace, "ServiceAccount")}
	count(accounts) > 0
	not subject.name in accounts
	msg := sprintf("the namespace %s has no ServiceAccount %q", [subject.namespace, subject.name])
}
