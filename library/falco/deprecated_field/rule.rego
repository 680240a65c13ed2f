# METADATA
# title: Field that Falco gives up
# custom:
#   id: FAL-020
#   severity: info
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - https://falco.org/docs/reference/rules/supported-fields/
#   why: Falco no longer tells the entry of a system call from its exit; a condition on evt.dir is always or never true.
#   fix: Leave evt.dir out; rules see what a call returned.
package library.falco.deprecated_field

import data.lib.falco
import data.lib.finding

_deprecated := {"evt.dir"}

violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.items
	some field in item.condition.fields
	field in _deprecated
	msg := sprintf("%s goes by %s, which is deprecated", [item.name, field])
}
