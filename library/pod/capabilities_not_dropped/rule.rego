# METADATA
# title: Capabilities not dropped
# custom:
#   id: PSS-R06
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-restricted
#     id: capabilities_restricted
#     versions: 1.22+
#   - standard: cis
#     id: 5.2.10
#     versions: 1.8-1.11
#   - standard: cis
#     id: 5.2.9
#     versions: '1.12'
#   references:
#   - KSV-0003
#   - KSV-0004
#   - KSV-0106
#   - CKV_K8S_37
#   why: Few programs need any capability; each one kept is a tool for an intruder.
#   fix: 'Set capabilities.drop: [ALL]; add back at most NET_BIND_SERVICE.'
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.capabilities_not_dropped

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.repairable(c.path, ["securityContext", "capabilities", "drop"], ["ALL"], msg) if {
	_required
	some c in workload.containers
	not "ALL" in object.get(c.security_context, ["capabilities", "drop"], [])
	msg := sprintf("container %q must drop ALL capabilities", [c.name])
}

violation contains finding.at(c.path, ["securityContext", "capabilities", "add", i], msg) if {
	_required
	some c in workload.containers
	some i, capability in c.security_context.capabilities.add
	capability != "NET_BIND_SERVICE"
	msg := sprintf("container %q adds the capability %s; only NET_BIND_SERVICE may be added", [c.name, capability])
}

_required if {
	version.at_least(22)
	not _exempt
}

_exempt if {
	version.at_least(25)
	workload.windows
}
