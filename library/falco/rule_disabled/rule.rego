# METADATA
# title: Rule switched off
# custom:
#   id: FAL-018
#   severity: low
#   targets:
#   - FalcoRules.gatewright.dev
#   why: What it looks for goes unseen.
#   fix: 'Remove enabled: false, or narrow the condition.'
package library.falco.rule_disabled

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "enabled"), msg) if {
	some item in falco.rules
	item.value.enabled == false
	msg := sprintf("rule %q is switched off", [item.name])
}
