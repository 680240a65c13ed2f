# METADATA
# title: Liveness probe missing
# custom:
#   id: WL-025
#   severity: low
#   targets:
#   - workload
#   references:
#   - CKV_K8S_8
#   why: A program that hangs goes on hanging.
#   fix: Add a livenessProbe.
package library.workload.liveness_probe_missing

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["livenessProbe"], msg) if {
	workload.kind in workload.long_running
	some c in workload.main_containers
	not is_object(object.get(c.spec, "livenessProbe", null))
	msg := sprintf("container %q has no liveness probe", [c.name])
}
