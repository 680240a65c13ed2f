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
	dropped := {workload.capability(name) | some name in c.security_context.capabilities.drop}
	count(dropped & {"ALL", "NET_RAW"}) == 0
	msg := sprintf("container %q keeps NET_RAW", [c.name])
}

violation contains finding.at(added.path, [], msg) if {
	some added in workload.added_capabilities
	added.name in {"ALL", "NET_RAW"}
	msg := sprintf("container %q adds %s", [added.container, added.written])
}
