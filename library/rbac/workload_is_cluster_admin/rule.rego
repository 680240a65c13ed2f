# METADATA
# title: Workload is effectively cluster-admin
# custom:
#   id: RBAC-021
#   severity: critical
#   targets:
#   - workload
#   why: Whoever takes the container takes the cluster.
#   fix: Give the workload a role of its own.
#   sync:
#   - rbac.authorization.k8s.io/v1/ClusterRoleBinding
#   - rbac.authorization.k8s.io/v1/ClusterRole
package library.rbac.workload_is_cluster_admin

import data.lib.finding
import data.lib.inventory
import data.lib.rbac
import data.lib.workload

violation contains finding.at(workload.path, ["serviceAccountName"], msg) if {
	account := object.get(workload.pod, "serviceAccountName", "default")
	some binding in inventory.cluster("ClusterRoleBinding")
	some subject in binding.subjects
	subject.kind == "ServiceAccount"
	subject.name == account
	subject.namespace == inventory.namespace
	_all_powerful(binding.roleRef)
	msg := sprintf("the Pod's service account %s is cluster-admin by ClusterRoleBinding %q", [account, binding.metadata.name])
}

_all_powerful(ref) if ref.name == "cluster-admin"

_all_powerful(ref) if {
	some role in inventory.cluster("ClusterRole")
	role.metadata.name == ref.name
	some grant in rbac.grants(role)
	rbac.total(grant.rule)
}
