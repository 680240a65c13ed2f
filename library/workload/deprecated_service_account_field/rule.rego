# METADATA
# title: Deprecated serviceAccount field
# custom:
#   id: WL-040
#   severity: low
#   targets:
#   - workload
#   references:
#   - kube-linter
#   why: The field is deprecated and other tools overlook it.
#   fix: Use serviceAccountName.
package library.workload.deprecated_service_account_field

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.path, ["serviceAccount"], msg) if {
	object.get(workload.pod, "serviceAccount", "") != ""
	object.get(workload.pod, "serviceAccountName", "") == ""
	msg := "serviceAccount is the old name of serviceAccountName"
}
