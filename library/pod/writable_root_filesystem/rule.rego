# METADATA
# title: Root filesystem not read-only
# custom:
#   id: WL-001
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0017
#   references:
#   - KSV-0014
#   - CKV_K8S_22
#   why: An intruder who cannot write cannot leave tools behind.
#   fix: 'Set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where the program writes.'
package library.pod.writable_root_filesystem

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["securityContext", "readOnlyRootFilesystem"], msg) if {
	not workload.windows
	some c in workload.running_containers
	not c.security_context.readOnlyRootFilesystem == true
	msg := sprintf("container %q can write to its root filesystem", [c.name])
}
