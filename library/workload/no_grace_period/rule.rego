# METADATA
# title: No time to terminate
# custom:
#   id: WL-046
#   severity: low
#   targets:
#   - workload
#   why: Requests in flight are cut off and files left half-written.
#   fix: Leave the default of 30 seconds or name another.
package library.workload.no_grace_period

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.path, ["terminationGracePeriodSeconds"], msg) if {
	workload.pod.terminationGracePeriodSeconds == 0
	msg := "the containers are killed without being told"
}
