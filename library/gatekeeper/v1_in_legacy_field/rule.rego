# METADATA
# title: Rego v1 in the legacy field
# custom:
#   id: GK-005
#   severity: critical
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - gatekeeper#3577
#   - gatekeeper#3907
#   why: Gatekeeper refuses the template.
#   fix: 'Use code[].source with version: v1.'
package library.gatekeeper.v1_in_legacy_field

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	source.version != "v1"
	regex.match(`(?m)^\s*\w+(\([^)]*\))?\s+contains\s|\)?\s+if\s*\{`, source.rego)
	not regex.match(`import\s+(future\.keywords|rego\.v1)`, source.rego)
	msg := "this is read as Rego v0, where contains and if are no keywords"
}
