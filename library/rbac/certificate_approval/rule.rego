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

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("certificates.k8s.io", ["certificatesigningrequests/approval"], ["patch", "update"])
}

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("certificates.k8s.io", ["signers"], ["approve", "sign"])
	not _of_its_own(rbac.names(given.rule))
}

# Signers that are none of Kubernetes' make certificates that its API server does not trust.
_of_its_own(names) if {
	count(names) > 0
	every name in names {
		contains(name, "/")
		not startswith(name, "kubernetes.io/")
	}
}
