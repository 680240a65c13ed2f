# METADATA
# title: Placed on the control plane or on a fixed node
# custom:
#   id: WL-052
#   severity: medium
#   targets:
#   - workload
#   why: Beside the API server and etcd an escape takes the cluster.
#   fix: Remove the selector, toleration or nodeName.
package library.pod.control_plane_placement

import data.lib.finding
import data.lib.workload

_keys := {"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"}

violation contains finding.at(workload.path, ["nodeSelector", key], msg) if {
	some key in _keys
	_ = workload.pod.nodeSelector[key]
	msg := "the Pod asks for a control-plane node"
}

violation contains finding.at(workload.path, array.concat(_required, [i, "matchExpressions", j, "key"]), msg) if {
	some i, term in object.get(workload.pod, _required, [])
	some j, expression in term.matchExpressions
	expression.key in _keys
	expression.operator in {"In", "Exists"}
	msg := "the Pod's affinity asks for a control-plane node"
}

_required := ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]

violation contains finding.at(workload.path, ["tolerations", i], msg) if {
	workload.kind != "DaemonSet"
	some i, toleration in workload.pod.tolerations
	toleration.key in _keys
	msg := "the Pod tolerates the control plane's taint"
}

violation contains finding.at(workload.path, ["nodeName"], msg) if {
	object.get(workload.pod, "nodeName", "") != ""
	not _scheduled
	msg := "the Pod names its node and passes by the scheduler"
}

# Of a Pod that runs the scheduler wrote it.
_scheduled if {
	workload.kind == "Pod"
	workload.obj.status.phase
}
