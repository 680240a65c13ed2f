# METADATA
# title: Service selects no workload
# custom:
#   id: SVC-003
#   severity: medium
#   targets:
#   - Service
#   references:
#   - kube-linter
#   why: Every request to it fails.
#   fix: Correct the labels.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
#   - apps/v1/DaemonSet
#   - v1/Pod
package library.service.selects_nothing

import data.lib.finding
import data.lib.inventory
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "selector"], [], msg) if {
	wanted := input.review.object.spec.selector
	count(wanted) > 0
	found := inventory.workloads(inventory.namespace)
	count(found) > 0
	every object_ in found {
		not selector.covers(wanted, workload.labels_of(object_))
	}
	msg := sprintf("Service %q selects no workload of its namespace", [finding.name])
}
