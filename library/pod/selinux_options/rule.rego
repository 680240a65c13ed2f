# METADATA
# title: SELinux options beyond the container types
# custom:
#   id: PSS-B09
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: seLinuxOptions
#     versions: 1.0+
#   references:
#   - KSV-0025
#   why: A type outside the container types, or a user or role of one's own, leaves SELinux' confinement.
#   fix: Use container_t, container_init_t, container_kvm_t or container_engine_t and set neither user nor role.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.selinux_options

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", "seLinuxOptions", "type"], msg) if {
	some holder in workload.security_holders
	is_object(holder.security_context.seLinuxOptions)
	type := object.get(holder.security_context.seLinuxOptions, "type", "")
	not type in _types
	msg := sprintf("%s sets the SELinux type %q", [workload.label(holder), type])
}

violation contains finding.at(holder.path, ["securityContext", "seLinuxOptions", field], msg) if {
	some holder in workload.security_holders
	some field in ["user", "role"]
	value := holder.security_context.seLinuxOptions[field]
	not value in {"", null}
	msg := sprintf("%s sets the SELinux %s %q", [workload.label(holder), field, value])
}

_types := _old_types | {"container_engine_t"} if version.at_least(31)

_types := _old_types if version.before(31)

_old_types := {"", null, "container_t", "container_init_t", "container_kvm_t"}
