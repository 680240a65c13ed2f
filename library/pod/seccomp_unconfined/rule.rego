# METADATA
# title: Seccomp profile unconfined
# custom:
#   id: PSS-B11
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: seccompProfile_baseline
#     versions: 1.0+
#   references:
#   - KSV-0104
#   why: Seccomp keeps the container from system calls that it does not need and that break out.
#   fix: Use RuntimeDefault or a Localhost profile.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
#     supersededFrom:
#       type: string
#       description: From this Kubernetes version on a stricter rule of the set speaks instead of this one.
package library.pod.seccomp_unconfined

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", "seccompProfile", "type"], msg) if {
	version.at_least(19)
	not version.superseded
	some holder in workload.security_holders
	is_object(holder.security_context.seccompProfile)
	type := object.get(holder.security_context.seccompProfile, "type", "")
	not type in {"RuntimeDefault", "Localhost"}
	msg := sprintf("%s sets the seccomp profile type %q", [workload.label(holder), type])
}

# Before 1.19 profiles were annotations.
violation contains finding.at(workload.metadata_path, ["annotations", key], msg) if {
	version.before(19)
	some key in _keys
	value := workload.annotations[key]
	not _allowed(value)
	msg := sprintf("the annotation %s sets the seccomp profile %q", [key, value])
}

_keys := {"seccomp.security.alpha.kubernetes.io/pod"} | {key |
	some c in workload.containers
	key := concat("", ["container.seccomp.security.alpha.kubernetes.io/", c.name])
}

_allowed(value) if value in {"runtime/default", "docker/default"}

_allowed(value) if startswith(value, "localhost/")
