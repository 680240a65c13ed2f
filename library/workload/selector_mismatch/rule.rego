# METADATA
# title: Selector does not match template labels
# custom:
#   id: WL-036
#   severity: high
#   targets:
#   - Deployment.apps
#   - ReplicaSet.apps
#   - StatefulSet.apps
#   - DaemonSet.apps
#   - Job.batch
#   references:
#   - kube-linter
#   why: The API server refuses the object.
#   fix: Make the template's labels contain the selector's.
package library.workload.selector_mismatch

import data.lib.finding
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "selector"], [], msg) if {
	is_object(workload.obj.spec.selector)
	not selector.matches(workload.obj.spec.selector, workload.labels)
	msg := "the selector does not match the labels of the Pod template"
}
