# METADATA
# title: Default service account used
# custom:
#   id: CIS-5.1.5
#   severity: medium
#   targets:
#   - workload
#   - ServiceAccount
#   - RoleBinding.rbac.authorization.k8s.io
#   - ClusterRoleBinding.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.5
#     versions: 1.8-1.12
#   references:
#   - CKV_K8S_41
#   - CKV_K8S_42
#   why: All Pods that name no account share it, so its rights cannot be told apart or taken back.
#   fix: Give each workload an account of its own.
package library.service_account.default_used

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.path, ["serviceAccountName"], msg) if {
	workload.pod
	workload.service_account == "default"
	not workload.pod.automountServiceAccountToken == false
	msg := "the Pod runs as the service account default, with its token"
}

violation contains finding.at(["automountServiceAccountToken"], [], msg) if {
	input.review.object.kind == "ServiceAccount"
	input.review.object.metadata.name == "default"
	not input.review.object.automountServiceAccountToken == false
	msg := "every Pod that names no service account gets the token of this one"
}

violation contains finding.at(["subjects", i], [], msg) if {
	some i, subject in input.review.object.subjects
	_default(subject)
	msg := sprintf("%s %q gives rights to the service account default", [input.review.object.kind, finding.name])
}

_default(subject) if {
	subject.kind == "ServiceAccount"
	subject.name == "default"
}

_default(subject) if {
	subject.kind == "User"
	regex.match(`^system:serviceaccount:[^:]+:default$`, subject.name)
}
