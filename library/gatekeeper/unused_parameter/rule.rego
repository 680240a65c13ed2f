# METADATA
# title: Parameter that no rule reads
# custom:
#   id: GK-007b
#   severity: low
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Whoever sets it believes that it does something.
#   fix: Remove it, or use it.
package library.gatekeeper.unused_parameter

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(["spec", "crd", "spec", "validation", "openAPIV3Schema", "properties", name], [], msg) if {
	count(gatekeeper.sources) > 0
	some name, _ in gatekeeper.schema.properties
	every source in gatekeeper.sources {
		not regex.match(sprintf("\\b%s\\b", [name]), gatekeeper.text(source))
	}
	not _cel
	msg := sprintf("no rule reads the parameter %s", [name])
}

_cel if {
	some target in input.review.object.spec.targets
	some engine in target.code
	engine.engine == "K8sNativeValidation"
}
