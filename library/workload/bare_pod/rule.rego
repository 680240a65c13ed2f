# METADATA
# title: Bare Pod
# custom:
#   id: WL-045
#   severity: low
#   targets:
#   - Pod
#   why: A Pod without a controller is gone with its node.
#   fix: Use a Deployment, StatefulSet or Job.
package library.workload.bare_pod

import data.lib.finding

violation contains finding.at(["kind"], [], msg) if {
	count(object.get(input.review.object, ["metadata", "ownerReferences"], [])) == 0
	msg := "nothing starts this Pod again when its node fails"
}
