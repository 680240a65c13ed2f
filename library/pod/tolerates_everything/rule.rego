# METADATA
# title: Toleration of everything
# custom:
#   id: WL-051
#   severity: medium
#   targets:
#   - workload
#   why: Taints keep Pods from nodes that are not for them.
#   fix: Tolerate the one taint that is meant.
package library.pod.tolerates_everything

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.path, ["tolerations", i], msg) if {
	workload.kind != "DaemonSet"
	some i, toleration in workload.pod.tolerations
	toleration.operator == "Exists"
	object.get(toleration, "key", "") == ""
	msg := "the Pod tolerates every taint, so it may run on control-plane and failing nodes"
}
