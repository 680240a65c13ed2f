# METADATA
# title: libs at the wrong level
# custom:
#   id: GK-006
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - gatekeeper#3907
#   why: The functions are missing at run time.
#   fix: Move libs beside rego.
package library.gatekeeper.libs_at_wrong_level

import data.lib.finding

violation contains finding.at(["spec", "targets", i, "libs"], [], msg) if {
	some i, target in input.review.object.spec.targets
	count(target.code) > 0
	count(target.libs) > 0
	msg := "with code[] libraries belong into code[].source.libs; here they are ignored"
}

violation contains finding.at(["spec", "targets", i, "code", j, "libs"], [], msg) if {
	some i, target in input.review.object.spec.targets
	some j, engine in target.code
	count(engine.libs) > 0
	msg := "libraries belong into source.libs; here they are ignored"
}
