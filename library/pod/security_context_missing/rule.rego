# METADATA
# title: No security context
# custom:
#   id: CIS-5.6.3
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: cis
#     id: 5.7.3
#     versions: 1.8-1.10
#   - standard: cis
#     id: 5.6.3
#     versions: 1.11-1.12
#   references:
#   - CKV_K8S_29
#   - CKV_K8S_30
#   - KSV-0118
#   why: Everything is left to the image and the runtime.
#   fix: Add a securityContext.
package library.pod.security_context_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["securityContext"], msg) if {
	count(workload.security_context) == 0
	some c in workload.containers
	count(c.security_context) == 0
	msg := sprintf("neither the Pod nor container %q has a securityContext", [c.name])
}
