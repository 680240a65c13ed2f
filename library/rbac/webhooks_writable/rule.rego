# METADATA
# title: Admission webhooks writable
# custom:
#   id: CIS-5.1.12
#   severity: high
#   targets:
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.12
#     versions: 1.8-1.12
#   references:
#   - KSV-0114
#   - CKV_K8S_155
#   why: A webhook sees and changes every object of the cluster.
#   fix: Grant get only.
package library.rbac.webhooks_writable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("admissionregistration.k8s.io", ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"], ["create", "delete", "patch", "update"])
}
