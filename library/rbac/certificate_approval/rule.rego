# METADATA
# title: Certificate signing requests approvable
# custom:
#   id: CIS-5.1.11
#   severity: high
#   targets:
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.11
#     versions: 1.8-1.12
#   references:
#   - CKV_K8S_156
#   why: An approved request is a client certificate for any user.
#   fix: Leave approval to the controller.
package library.rbac.certificate_approval

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	count(rbac.verbs(grant.rule, "certificates.k8s.io", "certificatesigningrequests/approval", {"update", "patch"})) > 0
	msg := sprintf("ClusterRole %q may approve certificate signing requests", [finding.name])
}

violation contains finding.at(grant.path, ["verbs"], msg) if {
	not rbac.bootstrap(input.review.object)
	some grant in rbac.grants(input.review.object)
	not rbac.total(grant.rule)
	count(rbac.verbs(grant.rule, "certificates.k8s.io", "signers", {"approve", "sign"})) > 0
	msg := sprintf("ClusterRole %q may approve for signers", [finding.name])
}
