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

violation contains finding.at(added.path, [], msg) if {
	some added in workload.added_capabilities
	added.name in {
		"BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "MAC_OVERRIDE", "NET_ADMIN",
		"PERFMON", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO",
	}
	msg := sprintf("container %q adds the capability %s", [added.container, added.written])
}
