# METADATA
# title: Service account token mounted
# custom:
#   id: CIS-5.1.6
#   severity: medium
#   targets:
#   - workload
#   - ServiceAccount
#   controls:
#   - standard: cis
#     id: 5.1.6
#     versions: 1.8-1.12
#   - standard: nsa
#     id: C-0034
#   references:
#   - KSV-0036
#   - CKV_K8S_38
#   why: Most programs never call the API server; the token only serves intruders.
#   fix: 'Set automountServiceAccountToken: false on the Pod.'
#   sync:
#   - v1/ServiceAccount
package library.service_account.token_mounted

import data.lib.finding
import data.lib.inventory
import data.lib.workload

violation contains finding.at(workload.path, ["automountServiceAccountToken"], msg) if {
	workload.pod
	not workload.pod.automountServiceAccountToken == false
	not _account_says_no
	msg := "the Pod mounts a service account token"
}

# The Pod's word wins over the account's.
_account_says_no if {
	object.get(workload.pod, "automountServiceAccountToken", null) == null
	some account in inventory.objects(inventory.namespace, "ServiceAccount")
	account.metadata.name == workload.service_account
	account.automountServiceAccountToken == false
}
