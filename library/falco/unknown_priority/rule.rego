# METADATA
# title: Unknown priority
# custom:
#   id: FAL-003
#   severity: high
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_ERR_VALIDATE
#   why: Falco refuses the file.
#   fix: Use EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL or DEBUG.
package library.falco.unknown_priority

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "priority"), msg) if {
	some item in falco.rules
	priority := item.value.priority
	not _known(upper(sprintf("%v", [priority])))
	msg := sprintf("rule %q: the priority %v is not known", [item.name, priority])
}

_known(priority) if _ = falco.severity[priority]
