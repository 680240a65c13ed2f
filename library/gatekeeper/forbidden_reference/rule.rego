# METADATA
# title: Reference outside inventory and lib
# custom:
#   id: GK-003
#   severity: critical
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - gatekeeper#1046
#   why: Gatekeeper refuses the template.
#   fix: Pass the value as a parameter; leave out import rego.v1.
package library.gatekeeper.forbidden_reference

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(`\bdata\.([A-Za-z_][A-Za-z0-9_]*)`, gatekeeper.text(source), -1)
	not found[1] in {"inventory", "lib"}
	msg := sprintf("data.%s is not allowed in a template; only data.inventory and data.lib are", [found[1]])
}

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(`(?m)^\s*import\s+(input\S*|rego\.v1|data\.inventory\S*)`, gatekeeper.text(source), -1)
	msg := sprintf("Gatekeeper refuses import %s", [found[1]])
}
