# METADATA
# title: Condition does not parse
# custom:
#   id: FAL-021
#   severity: high
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_ERR_COMPILE_CONDITION
#   why: Falco refuses the file.
#   fix: Correct the condition.
package library.falco.condition_syntax

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.items
	item.condition.error != ""
	not falco.changes(item)
	msg := sprintf("%s %q: %s", [item.type, item.name, item.condition.error])
}
