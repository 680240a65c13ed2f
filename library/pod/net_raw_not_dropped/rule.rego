# METADATA
# title: NET_RAW capability
# custom:
#   id: CIS-5.2.8
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: cis
#     id: 5.2.8
#     versions: 1.8-1.12
#   references:
#   - KSV-0119
#   - CKV_K8S_28
#   why: With raw packets a container forges addresses of its neighbours.
#   fix: Drop ALL, or NET_RAW.
package library.pod.net_raw_not_dropped

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["securityContext", "capabilities", "drop"], msg) if {
	some c in workload.containers
	dropped := {trim_prefix(upper(name), "CAP_") | some name in c.security_context.capabilities.drop}
	count(dropped & {"ALL", "NET_RAW"}) == 0
	msg := sprintf("container %q keeps NET_RAW", [c.name])
}

violation contains finding.at(c.path, ["securityContext", "capabilities", "add", i], msg) if {
	some c in workload.containers
	some i, name in c.security_context.capabilities.add
	trim_prefix(upper(name), "CAP_") in {"ALL", "NET_RAW"}
	msg := sprintf("container %q adds %s", [c.name, name])
}
