# METADATA
# title: Fewer than two replicas
# custom:
#   id: WL-030
#   severity: low
#   targets:
#   - Deployment.apps
#   - StatefulSet.apps
#   references:
#   - kube-score
#   why: One replica is an outage at every update of a node.
#   fix: Run two replicas or more.
#   sync:
#   - autoscaling/v2/HorizontalPodAutoscaler
package library.workload.single_replica

import data.lib.finding
import data.lib.inventory
import data.lib.workload

violation contains finding.at(["spec", "replicas"], [], msg) if {
	workload.replicas_of(workload.obj) < 2
	not _autoscaled
	msg := sprintf("%s %q runs fewer than two replicas", [workload.kind, finding.name])
}

_autoscaled if {
	some scaler in inventory.objects(inventory.namespace, "HorizontalPodAutoscaler")
	scaler.spec.scaleTargetRef.kind == workload.kind
	scaler.spec.scaleTargetRef.name == workload.obj.metadata.name
}
