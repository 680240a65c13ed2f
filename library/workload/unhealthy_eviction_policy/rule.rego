# METADATA
# title: unhealthyPodEvictionPolicy unset
# custom:
#   id: WL-034
#   severity: info
#   targets:
#   - PodDisruptionBudget.policy
#   references:
#   - kube-linter
#   why: A crashing workload keeps its node from being drained.
#   fix: 'Set unhealthyPodEvictionPolicy: AlwaysAllow.'
package library.workload.unhealthy_eviction_policy

import data.lib.finding

violation contains finding.fixable(["spec", "unhealthyPodEvictionPolicy"], [], "AlwaysAllow", msg) if {
	not input.review.object.spec.unhealthyPodEvictionPolicy
	msg := "Pods that are broken anyway also block evictions"
}
