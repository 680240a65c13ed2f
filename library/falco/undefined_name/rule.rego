# METADATA
# title: Macro or list not defined
# custom:
#   id: FAL-005
#   severity: high
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_ERR_COMPILE_CONDITION
#   why: Falco refuses the file.
#   fix: Define it before it is used.
#   parameters:
#     complete:
#       type: boolean
#       description: The file brings every macro that it uses.
package library.falco.undefined_name

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "condition"), msg) if {
	_complete_file
	some i, item in falco.items
	some reference in item.condition.references
	not reference.name in {other.name | some j, other in falco.items; other.type == "macro"; j < i}
	msg := sprintf("%s %q: no macro %s stands before it", [item.type, item.name, reference.name])
}

# A file that brings neither macros nor lists builds on Falco's own rules.
_complete_file if {
	count(falco.macros) > 0
	object.get(input.parameters, "complete", false) == true
}
