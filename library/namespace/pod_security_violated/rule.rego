# METADATA
# title: Workload violates its Namespace's Pod Security level
# custom:
#   id: PSS-N03
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: namespace
#   - standard: pss-restricted
#     id: namespace
#   why: The API server refuses the Pod, or warns and audits.
#   fix: Change the Pod, or the Namespace's label.
#   parameters:
#     modes:
#       type: array
#       items:
#         type: string
#       description: 'Which labels to apply: enforce, audit, warn; enforce by default.'
#   sync:
#   - v1/Namespace
package library.namespace.pod_security_violated

import data.lib.inventory
import data.library.pod.added_capabilities
import data.library.pod.apparmor_profile
import data.library.pod.capabilities_not_dropped
import data.library.pod.host_namespaces
import data.library.pod.host_path_volumes
import data.library.pod.host_ports
import data.library.pod.host_process
import data.library.pod.privilege_escalation
import data.library.pod.privileged
import data.library.pod.probe_host
import data.library.pod.proc_mount
import data.library.pod.proc_mount_restricted
import data.library.pod.restricted_volume_types
import data.library.pod.run_as_non_root
import data.library.pod.run_as_root_user
import data.library.pod.seccomp_profile_missing
import data.library.pod.seccomp_unconfined
import data.library.pod.selinux_options
import data.library.pod.unsafe_sysctls

# What the level of a mode finds, as the API server would judge the Pod.
violation contains {"msg": msg, "details": object.union(found.details, {"mode": mode})} if {
	some mode in object.get(input.parameters, "modes", ["enforce"])
	level := _level(mode)
	version := _version(mode)
	some found in _findings(level, version)
	msg := sprintf("namespace %s (%s: %s %s): %s", [inventory.namespace, mode, level, version, found.msg])
}

_labels := namespace.metadata.labels if {
	some namespace in inventory.cluster("Namespace")
	namespace.metadata.name == inventory.namespace
}

_label(suffix) := _labels[concat("", ["pod-security.kubernetes.io/", suffix])]

_levels := {"privileged", "baseline", "restricted"}

_level(mode) := level if {
	level := _label(mode)
	level in _levels
}

# A level that does not exist fails closed when it is enforced; audit and warn let the Pod pass.
_level("enforce") := "restricted" if not _label("enforce") in _levels

_level("warn") := _label("enforce") if _warns_like_enforce

# Without a label of its own, warn follows enforce.
_warns_like_enforce if {
	not _label("warn")
	_label("enforce") in _levels
}

_version(mode) := _parsed(_label(concat("", [mode, "-version"])))

_version(mode) := "latest" if {
	not _label(concat("", [mode, "-version"]))
	not _follows(mode)
}

_version("warn") := _parsed(object.get(_labels, "pod-security.kubernetes.io/enforce-version", "latest")) if {
	not _label("warn-version")
	_warns_like_enforce
}

_follows("warn") if _warns_like_enforce

# A version that does not exist means the latest.
_parsed(version) := version if regex.match(`^v1\.(0|[1-9][0-9]*)$`, version)

else := "latest"

_findings("baseline", version) := {found |
	asked := {"review": input.review, "parameters": {"kubernetesVersion": version}}
	some found in _baseline with input as asked
}

_findings("restricted", version) := union({_replaced(version), {found |
	asked := {"review": input.review, "parameters": {"kubernetesVersion": version}}
	some found in _restricted with input as asked
}})

_common := union({
	apparmor_profile.violation,
	host_namespaces.violation,
	host_ports.violation,
	host_process.violation,
	privileged.violation,
	probe_host.violation,
	selinux_options.violation,
	unsafe_sysctls.violation,
})

_baseline := union({
	_common,
	added_capabilities.violation,
	host_path_volumes.violation,
	proc_mount.violation,
	seccomp_unconfined.violation,
})

_restricted := union({
	_common,
	capabilities_not_dropped.violation,
	privilege_escalation.violation,
	proc_mount_restricted.violation,
	restricted_volume_types.violation,
	run_as_non_root.violation,
	run_as_root_user.violation,
	seccomp_profile_missing.violation,
})

# The baseline checks that a restricted one replaces only from some version on.
_replaced(version) := union({
	{found | some found in added_capabilities.violation with input as _until(version, "1.22")},
	{found | some found in proc_mount.violation with input as _until(version, "1.35")},
	{found | some found in seccomp_unconfined.violation with input as _until(version, "1.19")},
})

_until(version, superseded) := {
	"review": input.review,
	"parameters": {"kubernetesVersion": version, "supersededFrom": superseded},
}
