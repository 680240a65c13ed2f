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

violation contains finding.at(added.path, [], msg) if {
	some added in workload.added_capabilities
	added.name in {"SYS_ADMIN", "ALL"}
	msg := sprintf("container %q adds the capability %s", [added.container, added.written])
}
