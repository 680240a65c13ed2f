# METADATA
# title: sprintf with the wrong number of arguments
# custom:
#   id: GK-015
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - regal
#   - sprintf-arguments-mismatch
#   why: The message reads %!v(MISSING).
#   fix: Give as many values as places.
package library.gatekeeper.sprintf_arguments

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(`sprintf\(\s*"((?:[^"\\]|\\.)*)"\s*,\s*\[([^\[\](){}"]*)\]`, gatekeeper.text(source), -1)
	format := replace(found[1], "%%", "")
	verbs := count(regex.find_n(`%[-+# 0]*[0-9]*(\.[0-9]+)?[a-zA-Z]`, format, -1))
	arguments := count([word | some word in split(found[2], ","); trim_space(word) != ""])
	verbs != arguments
	msg := sprintf("sprintf(%q) has %d places for %d values", [found[1], verbs, arguments])
}
