# METADATA
# title: Memory requests missing
# custom:
#   id: WL-004
#   severity: medium
#   targets:
#   - workload
#   references:
#   - KSV-0016
#   why: Without a request the Pod is the first to be evicted, and lands on nodes without room.
#   fix: Set resources.requests.memory.
package library.workload.memory_request_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["resources", "requests", "memory"], msg) if {
	some c in workload.without_request("memory")
	msg := sprintf("container %q sets no memory request", [c.name])
}
