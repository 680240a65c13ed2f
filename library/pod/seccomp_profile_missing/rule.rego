# METADATA
# title: Seccomp profile not set
# custom:
#   id: PSS-R05
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-restricted
#     id: seccompProfile_restricted
#     versions: 1.19+
#   - standard: cis
#     id: 5.7.2
#     versions: 1.8-1.10
#   - standard: cis
#     id: 5.6.2
#     versions: 1.11-1.12
#   references:
#   - KSV-0030
#   - CKV_K8S_31
#   why: Without a profile every system call of the kernel is open to the container.
#   fix: 'Set securityContext.seccompProfile.type: RuntimeDefault on the Pod.'
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.seccomp_profile_missing

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", "seccompProfile", "type"], msg) if {
	_required
	some holder in workload.security_holders
	is_object(holder.security_context.seccompProfile)
	not _valid(holder.security_context)
	type := object.get(holder.security_context.seccompProfile, "type", "")
	msg := sprintf("%s sets the seccomp profile type %q", [workload.label(holder), type])
}

violation contains finding.fixable(c.path, ["securityContext", "seccompProfile", "type"], "RuntimeDefault", msg) if {
	_required
	not _valid(workload.security_context)
	some c in workload.containers
	not is_object(object.get(c.security_context, "seccompProfile", null))
	msg := sprintf("container %q must set a seccomp profile of type RuntimeDefault or Localhost, or its Pod must", [c.name])
}

_valid(context) if context.seccompProfile.type in {"RuntimeDefault", "Localhost"}

_required if {
	version.at_least(19)
	not _exempt
}

_exempt if {
	version.at_least(25)
	workload.windows
}
