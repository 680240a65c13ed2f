# METADATA
# title: PodDisruptionBudget blocks all evictions
# custom:
#   id: WL-033
#   severity: medium
#   targets:
#   - PodDisruptionBudget.policy
#   references:
#   - kube-linter
#   why: Nodes cannot be drained, so they cannot be updated.
#   fix: Allow at least one Pod to be unavailable.
#   sync:
#   - apps/v1/Deployment
#   - apps/v1/StatefulSet
package library.workload.disruption_budget_blocks

import data.lib.finding
import data.lib.inventory
import data.lib.selector
import data.lib.workload

violation contains finding.at(["spec", "maxUnavailable"], [], msg) if {
	input.review.object.spec.maxUnavailable in {0, "0", "0%"}
	msg := "maxUnavailable is 0: no Pod may ever be evicted"
}

violation contains finding.at(["spec", "minAvailable"], [], msg) if {
	input.review.object.spec.minAvailable == "100%"
	msg := "minAvailable is 100%: no Pod may ever be evicted"
}

violation contains finding.at(["spec", "minAvailable"], [], msg) if {
	least := input.review.object.spec.minAvailable
	is_number(least)
	some found in inventory.workloads(inventory.namespace)
	found.kind in {"Deployment", "StatefulSet"}
	selector.matches(input.review.object.spec.selector, workload.labels_of(found))
	least >= workload.replicas_of(found)
	msg := sprintf("minAvailable is %d and %s %q runs %d: no Pod may ever be evicted", [least, found.kind, found.metadata.name, workload.replicas_of(found)])
}
