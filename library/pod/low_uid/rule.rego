# METADATA
# title: Low user id
# custom:
#   id: WL-019
#   severity: low
#   targets:
#   - workload
#   references:
#   - KSV-0020
#   - CKV_K8S_40
#   why: A low id may belong to a user of the node, whose files the container could then touch after an escape.
#   fix: Use an id of 10000 or more.
#   parameters:
#     minimum:
#       type: integer
#       description: The lowest id that is fine; 1000 by default, 10000 in strict sets.
package library.pod.low_uid

import data.lib.finding
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", "runAsUser"], msg) if {
	some holder in workload.security_holders
	user := holder.security_context.runAsUser
	is_number(user)
	user > 0
	user < object.get(input.parameters, "minimum", 1000)
	msg := sprintf("%s runs as user %d, an id that users of the node may have", [workload.label(holder), user])
}
