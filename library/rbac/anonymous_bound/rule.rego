# METADATA
# title: Anonymous users bound
# custom:
#   id: RBAC-001
#   severity: critical
#   targets:
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   references:
#   - KSV-0122
#   why: No login is needed.
#   fix: Remove the subject.
package library.rbac.anonymous_bound

import data.lib.finding

violation contains finding.at(["subjects", i, "name"], [], msg) if {
	some i, subject in input.review.object.subjects
	subject.name in {"system:anonymous", "system:unauthenticated"}
	not input.review.object.roleRef.name in _harmless
	msg := sprintf("%s %q gives rights to %s: anyone who reaches the API server", [input.review.object.kind, finding.name, subject.name])
}

# What Kubernetes and kubeadm bind themselves: versions, health, and how to join the cluster.
_harmless := {"system:public-info-viewer", "system:discovery", "kubeadm:bootstrap-signer-clusterinfo"}
