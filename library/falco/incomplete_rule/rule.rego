# METADATA
# title: Rule lacks a required field
# custom:
#   id: FAL-002
#   severity: high
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_ERR_VALIDATE
#   why: Falco refuses the file.
#   fix: Add the field.
package library.falco.incomplete_rule

import data.lib.falco
import data.lib.finding

violation contains finding.line(item.line, msg) if {
	some item in falco.rules
	not falco.changes(item)
	some key in ["desc", "condition", "output", "priority"]
	object.get(item.value, key, null) in {null, ""}
	msg := sprintf("rule %q has no %s", [item.name, key])
}
