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
	workload.pod
	some binding in inventory.cluster("ClusterRoleBinding")
	some subject in binding.subjects
	_means_the_account(subject)
	_all_powerful(binding.roleRef)
	msg := sprintf("the Pod's service account %s is cluster-admin by ClusterRoleBinding %q", [workload.service_account, binding.metadata.name])
}

_means_the_account(subject) if {
	subject.kind == "ServiceAccount"
	subject.name == workload.service_account
	subject.namespace == inventory.namespace
}

_means_the_account(subject) if {
	subject.kind == "User"
	subject.name == sprintf("system:serviceaccount:%s:%s", [inventory.namespace, workload.service_account])
}

_means_the_account(subject) if {
	subject.kind == "Group"
	subject.name in {
		"system:authenticated", "system:serviceaccounts",
		sprintf("system:serviceaccounts:%s", [inventory.namespace]),
	}
}

_all_powerful(ref) if ref.name == "cluster-admin"

_all_powerful(ref) if {
	some role in inventory.cluster("ClusterRole")
	role.metadata.name == ref.name
	some grant in rbac.grants(role)
	rbac.total(grant.rule)
}
