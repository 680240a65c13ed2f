# METADATA
# title: Invalid macro or list name
# custom:
#   id: FAL-013
#   severity: low
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_INVALID_MACRO_NAME
#   - LOAD_INVALID_LIST_NAME
#   why: It cannot be used.
#   fix: Use letters, digits, _ and -.
package library.falco.invalid_name

import data.lib.falco
import data.lib.finding

violation contains finding.line(item.line, msg) if {
	some item in array.concat(falco.macros, falco.lists)
	not regex.match(`^[a-zA-Z0-9_.-]+$`, item.name)
	msg := sprintf("%q is no valid name of a %s", [item.name, item.type])
}
