# METADATA
# title: Privileged port in a container
# custom:
#   id: WL-048
#   severity: low
#   targets:
#   - workload
#   references:
#   - KSV-0117
#   why: The process must start as root or hold NET_BIND_SERVICE.
#   fix: Listen on a port above 1023; the Service can still offer 80.
package library.pod.privileged_port

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["ports", i, "containerPort"], msg) if {
	some c in workload.containers
	some i, port in c.spec.ports
	port.containerPort < 1024
	not "NET_BIND_SERVICE" in object.get(c.security_context, ["capabilities", "add"], [])
	not _unprivileged
	msg := sprintf("container %q listens on port %d, which needs a capability", [c.name, port.containerPort])
}

_unprivileged if {
	some sysctl in workload.security_context.sysctls
	sysctl.name == "net.ipv4.ip_unprivileged_port_start"
}
