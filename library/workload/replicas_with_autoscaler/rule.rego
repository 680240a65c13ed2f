# METADATA
# title: Replicas set together with an autoscaler
# custom:
#   id: WL-031
#   severity: medium
#   targets:
#   - Deployment.apps
#   - StatefulSet.apps
#   references:
#   - kube-score
#   why: Every apply undoes what the autoscaler decided.
#   fix: Leave replicas out.
#   sync:
#   - autoscaling/v2/HorizontalPodAutoscaler
package library.workload.replicas_with_autoscaler

import data.lib.finding
import data.lib.inventory
import data.lib.workload

violation contains finding.at(["spec", "replicas"], [], msg) if {
	workload.obj.spec.replicas != null
	some scaler in inventory.objects(inventory.namespace, "HorizontalPodAutoscaler")
	scaler.spec.scaleTargetRef.kind == workload.kind
	scaler.spec.scaleTargetRef.name == workload.obj.metadata.name
	msg := sprintf("replicas is fixed and the HorizontalPodAutoscaler %q sets it too", [scaler.metadata.name])
}
