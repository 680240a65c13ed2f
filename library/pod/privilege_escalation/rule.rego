# METADATA
# title: Privilege escalation allowed
# custom:
#   id: PSS-R02
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: pss-restricted
#     id: allowPrivilegeEscalation
#     versions: 1.8+
#   - standard: cis
#     id: 5.2.6
#     versions: 1.8-1.12
#   references:
#   - KSV-0001
#   - CKV_K8S_20
#   why: Without it a setuid program inside the container can gain more rights than its parent.
#   fix: 'Set securityContext.allowPrivilegeEscalation: false in every container.'
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.privilege_escalation

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains _finding(c, msg) if {
	version.at_least(8)
	not _exempt
	some c in workload.containers
	object.get(c.security_context, "allowPrivilegeEscalation", null) != false
	msg := sprintf("container %q must set securityContext.allowPrivilegeEscalation to false", [c.name])
}

_finding(c, msg) := finding.at(c.path, _field, msg) if _needs_it(c.security_context)

_finding(c, msg) := finding.fixable(c.path, _field, false, msg) if not _needs_it(c.security_context)

_field := ["securityContext", "allowPrivilegeEscalation"]

# With these the API server refuses false.
_needs_it(context) if context.privileged == true

_needs_it(context) if "CAP_SYS_ADMIN" in context.capabilities.add

_exempt if {
	version.at_least(25)
	workload.windows
}
