# METADATA
# title: CPU requests missing
# custom:
#   id: WL-002
#   severity: low
#   targets:
#   - workload
#   references:
#   - KSV-0015
#   - CKV_K8S_10
#   why: Without a request the scheduler puts the Pod where there is no CPU for it.
#   fix: Set resources.requests.cpu.
package library.workload.cpu_request_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["resources", "requests", "cpu"], msg) if {
	some c in workload.without_request("cpu")
	msg := sprintf("container %q sets no cpu request", [c.name])
}
