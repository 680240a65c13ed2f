# METADATA
# title: Unknown enforcement action
# custom:
#   id: GK-011
#   severity: high
#   targets:
#   - '*.constraints.gatekeeper.sh'
#   why: The policy looks enforced and is not.
#   fix: Use deny, warn, dryrun or scoped.
package library.gatekeeper.enforcement_action

import data.lib.finding

_known := {"deny", "dryrun", "warn", "scoped"}

violation contains finding.at(["spec", "enforcementAction"], [], msg) if {
	action := input.review.object.spec.enforcementAction
	not action in _known
	msg := sprintf("%q is no enforcementAction: the constraint neither denies nor warns", [action])
}

violation contains finding.at(["spec", "scopedEnforcementActions"], [], msg) if {
	input.review.object.spec.enforcementAction == "scoped"
	count(object.get(input.review.object.spec, "scopedEnforcementActions", [])) == 0
	msg := "scoped needs scopedEnforcementActions"
}

violation contains finding.at(["spec", "scopedEnforcementActions"], [], msg) if {
	count(input.review.object.spec.scopedEnforcementActions) > 0
	input.review.object.spec.enforcementAction != "scoped"
	msg := "scopedEnforcementActions is read only with enforcementAction: scoped"
}
