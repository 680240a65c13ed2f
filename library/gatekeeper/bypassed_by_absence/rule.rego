# METADATA
# title: Rule passed by leaving a field out
# custom:
#   id: GK-026
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: What the policy asks for is missing most where there is nothing at all.
#   fix: Use object.get(input.review.object.metadata, "labels", {}).
package library.gatekeeper.bypassed_by_absence

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(`(?m)^\s*(\w+)\s*:?=\s*input\.review\.object\.metadata\.(labels|annotations)\s*$`, source.rego, -1)
	regex.match(sprintf("(?m)^\\s*not\\s+%s\\[", [found[1]]), source.rego)
	msg := sprintf("an object without any %s passes: metadata.%s is then undefined, and the rule with it", [found[2], found[2]])
}
