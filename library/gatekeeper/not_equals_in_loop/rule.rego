# METADATA
# title: '!= inside an iteration'
# custom:
#   id: GK-016
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - regal
#   - not-equals-in-loop
#   why: The rule fires on nearly everything, or lets through.
#   fix: Use not x in list, or every.
package library.gatekeeper.not_equals_in_loop

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(`(?m)^\s*(\S+ != [\w.]+\[_\]\S*|[\w.]+\[_\]\S* != \S+)\s*$`, source.rego, -1)
	msg := sprintf("%q is true as soon as one element differs; it does not mean that none is equal", [found[1]])
}
