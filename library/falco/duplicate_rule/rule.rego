# METADATA
# title: Rule defined twice
# custom:
#   id: FAL-014
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   why: Only the last one holds.
#   fix: Use override, or another name.
package library.falco.duplicate_rule

import data.lib.falco
import data.lib.finding

violation contains finding.line(other.line, msg) if {
	some earlier, one in falco.defined
	some later, other in falco.defined
	earlier < later
	one.type == other.type
	one.type in {"rule", "macro", "list"}
	one.name == other.name
	msg := sprintf("%s %q replaces the one of line %d without a word", [one.type, one.name, one.line])
}
