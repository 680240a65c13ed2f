# METADATA
# title: Regular expression that RE2 does not know
# custom:
#   id: GK-024
#   severity: medium
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: The rule is silent.
#   fix: Rewrite the pattern.
package library.gatekeeper.pcre_pattern

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(`regex\.\w+\(\s*["\x60]([^"\x60]*)["\x60]`, gatekeeper.text(source), -1)
	regex.match(`\(\?[=!<]|\\[1-9]|\(\?>`, found[1])
	msg := sprintf("%q uses look-around or back-references, which RE2 has not: the call is undefined", [found[1]])
}
