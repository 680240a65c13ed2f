# METADATA
# title: Root primary or supplementary group
# custom:
#   id: WL-020
#   severity: low
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0013
#   references:
#   - KSV-0116
#   - KSV-0021
#   why: Files of the root group open up.
#   fix: Use a group id above 0.
package library.pod.root_group

import data.lib.finding
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", field], msg) if {
	some holder in workload.security_holders
	some field in ["runAsGroup", "fsGroup"]
	holder.security_context[field] == 0
	msg := sprintf("%s sets %s to 0, the root group", [workload.label(holder), field])
}

violation contains finding.at(workload.path, ["securityContext", "supplementalGroups", i], msg) if {
	some i, group in workload.security_context.supplementalGroups
	group == 0
	msg := "the Pod belongs to the root group"
}
