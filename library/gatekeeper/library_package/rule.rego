# METADATA
# title: Library outside the package lib
# custom:
#   id: GK-004
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: Gatekeeper refuses it, or it is dead weight.
#   fix: Use package lib.name and import data.lib.name.
package library.gatekeeper.library_package

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.libs_path, [i], msg) if {
	some source in gatekeeper.sources
	some i, text in source.libs
	not regex.match(`(?m)^\s*package\s+lib\.`, text)
	msg := "the package of a library must lie below lib"
}

violation contains finding.at(source.libs_path, [i], msg) if {
	some source in gatekeeper.sources
	some i, text in source.libs
	names := regex.find_all_string_submatch_n(`(?m)^\s*package\s+(lib\.\S+)`, text, 1)
	not contains(concat("\n", [other | some j, other in array.concat([source.rego], source.libs); j != i + 1]), sprintf("data.%s", [names[0][1]]))
	msg := sprintf("the library %s is not used", [names[0][1]])
}
