# METADATA
# title: AppArmor profile overridden
# custom:
#   id: PSS-B08
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: appArmorProfile
#     versions: 1.0+
#   references:
#   - KSV-0002
#   why: The runtime confines containers by its default AppArmor profile; Unconfined takes that away.
#   fix: Use RuntimeDefault or a Localhost profile.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.apparmor_profile

import data.lib.finding
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", "appArmorProfile", "type"], msg) if {
	some holder in workload.security_holders
	is_object(holder.security_context.appArmorProfile)
	type := object.get(holder.security_context.appArmorProfile, "type", "")
	not type in {"RuntimeDefault", "Localhost"}
	msg := sprintf("%s sets the AppArmor profile type %q", [workload.label(holder), type])
}

violation contains finding.at(workload.metadata_path, ["annotations", key], msg) if {
	some key, value in workload.annotations
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	not _allowed(value)
	msg := sprintf("the annotation %s sets the AppArmor profile %q", [key, value])
}

_allowed(value) if value in {"", "runtime/default"}

_allowed(value) if startswith(value, "localhost/")
