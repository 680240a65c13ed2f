# METADATA
# title: append is deprecated
# custom:
#   id: FAL-010
#   severity: low
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - WARNING_APPEND
#   why: It goes one day.
#   fix: 'Use override: {condition: append}.'
package library.falco.deprecated_append

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "append"), msg) if {
	some item in falco.items
	is_boolean(item.value.append)
	msg := sprintf("%s %q: append is deprecated; use override", [item.type, item.name])
}
