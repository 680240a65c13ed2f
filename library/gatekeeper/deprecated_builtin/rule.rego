# METADATA
# title: Deprecated built-in
# custom:
#   id: GK-014
#   severity: medium
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - regal
#   - deprecated-builtin
#   why: 'The template stops compiling with version: v1.'
#   fix: Use regex.match and its like.
package library.gatekeeper.deprecated_builtin

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some name in ["re_match", "set_diff", "cast_array", "cast_set", "cast_string", "cast_boolean", "cast_null", "cast_object", "net.cidr_overlap", "all", "any"]
	some found in regex.find_all_string_submatch_n(sprintf(`(?:^|[^\w.])(%s)\(`, [name]), gatekeeper.text(source), 1)
	not regex.match(sprintf(`(?m)^%s\([^)]*\)\s*(:?=|if|\{)`, [name]), gatekeeper.text(source))
	found[1] == name
	msg := sprintf("%s is deprecated and gone in Rego v1", [name])
}
