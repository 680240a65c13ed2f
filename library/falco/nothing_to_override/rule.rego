# METADATA
# title: Override without a previous definition
# custom:
#   id: FAL-011
#   severity: high
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - ERROR_NO_PREVIOUS
#   why: Falco refuses the file.
#   fix: Correct the name.
#   parameters:
#     complete:
#       type: boolean
#       description: The file brings every item that it changes.
package library.falco.nothing_to_override

import data.lib.falco
import data.lib.finding

violation contains finding.line(item.line, msg) if {
	object.get(input.parameters, "complete", false) == true
	some i, item in falco.items
	falco.changes(item)
	not item.name in {other.name | some j, other in falco.items; other.type == item.type; j < i}
	msg := sprintf("%s %q is changed but stands nowhere before", [item.type, item.name])
}

violation contains finding.line(item.line, msg) if {
	some item in falco.items
	some key, _ in item.value.override
	not key in item.keys
	msg := sprintf("%s %q overrides %s and does not give it", [item.type, item.name, key])
}
