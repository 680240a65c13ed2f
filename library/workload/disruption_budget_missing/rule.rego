# METADATA
# title: No PodDisruptionBudget
# custom:
#   id: WL-032
#   severity: low
#   targets:
#   - Deployment.apps
#   - StatefulSet.apps
#   references:
#   - kube-score
#   why: Draining nodes may stop every replica at once.
#   fix: Add a PodDisruptionBudget.
#   sync:
#   - policy/v1/PodDisruptionBudget
package library.workload.disruption_budget_missing

import data.lib.finding
import data.lib.inventory
import data.lib.selector
import data.lib.workload

violation contains finding.at(["metadata", "name"], [], msg) if {
	workload.replicas_of(workload.obj) > 1
	not _protected
	msg := sprintf("no PodDisruptionBudget protects %s %q", [workload.kind, finding.name])
}

_protected if {
	some budget in inventory.objects(inventory.namespace, "PodDisruptionBudget")
	selector.matches(budget.spec.selector, workload.labels)
}
