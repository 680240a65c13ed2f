# METADATA
# title: Dangerous capability
# custom:
#   id: WL-018
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0046
#   references:
#   - KSV-0120
#   why: With it a container reads other processes, loads kernel modules or changes the network of its node.
#   fix: Remove the capability.
package library.pod.dangerous_capability

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["securityContext", "capabilities", "add", i], msg) if {
	some c in workload.containers
	some i, capability in c.security_context.capabilities.add
	trim_prefix(capability, "CAP_") in {"BPF", "DAC_READ_SEARCH", "NET_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "PERFMON"}
	msg := sprintf("container %q adds the capability %s", [c.name, capability])
}
