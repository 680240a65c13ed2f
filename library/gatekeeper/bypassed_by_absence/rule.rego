# METADATA
# title: Rule passed by leaving a field out
# custom:
#   id: GK-026
#   severity: high
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   why: What the policy asks for is missing most where there is nothing at all.
#   fix: Read the field by object.get with a default, or ask for its absence in a rule of its own.
package library.gatekeeper.bypassed_by_absence

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(`(?m)^\s*(\w+)\s*:?=\s*input\.review\.object\.metadata\.(labels|annotations)\s*$`, source.rego, -1)
	regex.match(sprintf("(?m)^\\s*not\\s+%s\\[", [found[1]]), source.rego)
	msg := sprintf("an object without any %s passes: metadata.%s is then undefined, and the rule with it", [found[2], found[2]])
}

# `not f(c.securityContext.x)` and `not "ALL" in c.securityContext.x`: what is asked about is looked up before the `not`.
violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(sprintf(_negated, [_reference]), source.rego, -1)
	not _thought_of(found[1], source.rego)
	msg := sprintf("%q passes without %s: Rego looks it up before the not, and it is undefined", [trim_space(found[0]), found[1]])
}

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some found in regex.find_all_string_submatch_n(sprintf(_unequal, [_reference]), source.rego, -1)
	not _thought_of(found[1], source.rego)
	msg := sprintf("%q passes without %s, which is then undefined and differs from nothing", [trim_space(found[0]), found[1]])
}

_negated := `(?m)^[ \t]*not\s+(?:[\w.]+\([^\n(){}\[\]]*?|[^\s(]+\s+in\s+)\b(%s)[^\n]*$`

_unequal := `(?m)^[ \t]*(%s)\s*!=\s*(?:true|false|"[^"\n]*"|[0-9]+)[ \t]*$`

# Below a field that objects may leave out.
_reference := `[a-z_]\w*(?:\.\w+)*\.(?:annotations|automountServiceAccountToken|imagePullPolicy|labels|livenessProbe|readinessProbe|resources|securityContext|serviceAccountName|tls)(?:\.\w+|\["[^"\n]+"\])*`

# Another line asks whether the field is there.
_thought_of(reference, text) if {
	names := regex.find_n(`\w+`, reference, -1)
	name := names[count(names) - 1]
	regex.match(sprintf(`not\s+[\w.\[\]"]*\b%s\b|[,\[]\s*"%s"`, [name, name]), text)
}

_thought_of(reference, text) if {
	some line in split(text, "\n")
	trim_space(line) == reference
}
