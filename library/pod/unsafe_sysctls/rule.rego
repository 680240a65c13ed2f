# METADATA
# title: Unsafe sysctls
# custom:
#   id: PSS-B12
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: sysctls
#     versions: 1.0+
#   references:
#   - KSV-0026
#   why: A sysctl outside the safe ones changes the node for every Pod on it.
#   fix: Remove the sysctl, or have the administrator set it on the node.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.unsafe_sysctls

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(workload.path, ["securityContext", "sysctls", i, "name"], msg) if {
	some i, sysctl in workload.security_context.sysctls
	name := object.get(sysctl, "name", "")
	not name in _allowed
	msg := sprintf("the sysctl %s is not one of the safe ones", [name])
}

_allowed := {name |
	some since, names in _safe_since
	version.at_least(to_number(since))
	some name in names
}

_safe_since := {
	"0": [
		"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.ping_group_range", "net.ipv4.tcp_syncookies",
	],
	"27": ["net.ipv4.ip_local_reserved_ports"],
	"29": [
		"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
		"net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
	],
	"32": ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
	"37": ["net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"],
}
