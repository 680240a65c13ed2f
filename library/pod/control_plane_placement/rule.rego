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

violation contains finding.at(workload.path, ["tolerations", i], msg) if {
	workload.kind != "DaemonSet"
	some i, toleration in workload.pod.tolerations
	toleration.key in _keys
	msg := "the Pod tolerates the control plane's taint"
}

violation contains finding.at(workload.path, ["nodeName"], msg) if {
	object.get(workload.pod, "nodeName", "") != ""
	msg := "the Pod names its node and passes by the scheduler"
}
