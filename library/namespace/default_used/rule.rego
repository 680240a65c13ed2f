# METADATA
# title: Default namespace used
# custom:
#   id: CIS-5.6.4
#   severity: low
#   targets:
#   - workload
#   - Service
#   - ConfigMap
#   - Secret
#   - ServiceAccount
#   - PersistentVolumeClaim
#   - Ingress.networking.k8s.io
#   - NetworkPolicy.networking.k8s.io
#   - Role.rbac.authorization.k8s.io
#   - RoleBinding.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.7.4
#     versions: 1.8-1.10
#   - standard: cis
#     id: 5.6.4
#     versions: 1.11-1.12
#   references:
#   - KSV-0110
#   - CKV_K8S_21
#   why: Everything that was forgotten ends there, with rights in common.
#   fix: Use a namespace for each application.
package library.namespace.default_used

import data.lib.finding

violation contains finding.at(["metadata", "namespace"], [], msg) if {
	input.review.object.metadata.namespace == "default"
	not _provided
	msg := sprintf("%s %q is in the namespace default", [input.review.object.kind, finding.name])
}

# Every cluster has these.
_provided if {
	input.review.object.kind == "Service"
	input.review.object.metadata.name == "kubernetes"
}

_provided if {
	input.review.object.kind == "ServiceAccount"
	input.review.object.metadata.name == "default"
}

_provided if {
	input.review.object.kind == "ConfigMap"
	input.review.object.metadata.name == "kube-root-ca.crt"
}
