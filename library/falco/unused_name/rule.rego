# METADATA
# title: Macro or list not used
# custom:
#   id: FAL-006
#   severity: low
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_UNUSED_MACRO
#   - LOAD_UNUSED_LIST
#   why: It looks as if it did something.
#   fix: Remove it.
package library.falco.unused_name

import data.lib.falco
import data.lib.finding

violation contains finding.line(item.line, msg) if {
	some item in array.concat(falco.macros, falco.lists)
	count(falco.rules) > 0
	not falco.changes(item)
	not item.name in _used
	msg := sprintf("%s %s is not used", [item.type, item.name])
}

_used := (({reference.name | some item in falco.items; some reference in item.condition.references} | {value | some item in falco.items; some comparison in item.condition.comparisons; some value in comparison.values}) | {value | some item in falco.lists; some value in item.value.items; is_string(value)}) | {value | some item in falco.rules; some exception in item.value.exceptions; walk(exception, [_, value]); is_string(value)}
