# METADATA
# title: and and or without parentheses
# custom:
#   id: FAL-019
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   why: '`and` binds tighter: the or-part holds without the rest.'
#   fix: Put parentheses around it.
package library.falco.mixed_operators

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.items
	item.condition.mixed
	msg := sprintf("%s %q mixes and with or without parentheses", [item.type, item.name])
}
