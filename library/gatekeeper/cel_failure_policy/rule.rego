# METADATA
# title: CEL without a failure policy
# custom:
#   id: GK-022
#   severity: low
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: An object may pass because the expression failed.
#   fix: 'Set failurePolicy: Fail.'
package library.gatekeeper.cel_failure_policy

import data.lib.finding

violation contains finding.at(["spec", "targets", i, "code", j, "source", "failurePolicy"], [], msg) if {
	some i, target in input.review.object.spec.targets
	some j, engine in target.code
	engine.engine == "K8sNativeValidation"
	not engine.source.failurePolicy
	msg := "what happens when an expression fails depends on a flag of Gatekeeper"
}

violation contains finding.at(["spec", "targets", i, "code", j, "source"], [], msg) if {
	some i, target in input.review.object.spec.targets
	some j, engine in target.code
	engine.engine == "K8sNativeValidation"
	engine.source.matchConditions
	msg := "matchConditions is ignored; Gatekeeper reads matchCondition"
}
