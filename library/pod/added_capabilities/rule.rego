# METADATA
# title: Capabilities beyond the default set
# custom:
#   id: PSS-B04
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: capabilities_baseline
#     versions: 1.0+
#   - standard: cis
#     id: 5.2.9
#     versions: 1.8-1.11
#   references:
#   - KSV-0022
#   - CKV_K8S_25
#   why: A capability is a part of root's power; those outside the runtime's default set open ways to the node.
#   fix: Remove the capability from capabilities.add.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
#     supersededFrom:
#       type: string
#       description: From this Kubernetes version on a stricter rule of the set speaks instead of this one.
#     allowed:
#       type: array
#       items:
#         type: string
#       description: Capabilities that may be added; the runtime default set when left out.
package library.pod.added_capabilities

import data.lib.finding
import data.lib.version
import data.lib.workload

_allowed := {capability | some capability in object.get(input.parameters, "allowed", _default)}

_default := [
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
	"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
]

violation contains finding.at(c.path, ["securityContext", "capabilities", "add", i], msg) if {
	not version.superseded
	some c in workload.containers
	some i, capability in c.security_context.capabilities.add
	not capability in _allowed
	msg := sprintf("container %q adds the capability %s", [c.name, capability])
}
