# METADATA
# title: Invalid exception
# custom:
#   id: FAL-012
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_EXCEPTION_NAME_NOT_UNIQUE
#   why: Falco refuses it, or the exception never holds.
#   fix: Give each exception a name and as many values as fields.
package library.falco.invalid_exception

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "exceptions"), msg) if {
	some item in falco.rules
	some earlier, one in item.value.exceptions
	some later, other in item.value.exceptions
	earlier < later
	one.name == other.name
	msg := sprintf("rule %q has two exceptions called %s", [item.name, one.name])
}

violation contains finding.line(falco.line(item, "exceptions"), msg) if {
	some item in falco.rules
	some exception in item.value.exceptions
	is_array(exception.fields)
	some values in exception.values
	count(values) != count(exception.fields)
	msg := sprintf("rule %q: the exception %s has %d fields and %d values", [item.name, exception.name, count(exception.fields), count(values)])
}

violation contains finding.line(falco.line(item, "exceptions"), msg) if {
	some item in falco.rules
	some exception in item.value.exceptions
	is_array(exception.fields)
	is_array(exception.comps)
	count(exception.comps) != count(exception.fields)
	msg := sprintf("rule %q: the exception %s has %d fields and %d comparisons", [item.name, exception.name, count(exception.fields), count(exception.comps)])
}
