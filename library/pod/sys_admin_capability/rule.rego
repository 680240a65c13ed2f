# METADATA
# title: SYS_ADMIN capability
# custom:
#   id: WL-017
#   severity: critical
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0046
#   references:
#   - KSV-0005
#   - CKV_K8S_39
#   why: SYS_ADMIN is nearly the whole of root.
#   fix: Remove it; most programs that ask for it need a mount that the Pod could declare.
package library.pod.sys_admin_capability

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["securityContext", "capabilities", "add", i], msg) if {
	some c in workload.containers
	some i, capability in c.security_context.capabilities.add
	capability in {"SYS_ADMIN", "CAP_SYS_ADMIN", "ALL"}
	msg := sprintf("container %q adds the capability %s", [c.name, capability])
}
