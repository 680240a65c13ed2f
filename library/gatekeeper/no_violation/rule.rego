# METADATA
# title: No violation rule
# custom:
#   id: GK-002
#   severity: critical
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - gatekeeper#2353
#   why: Gatekeeper refuses the template, or never reports.
#   fix: 'Write violation contains {"msg": msg} if { … }.'
package library.gatekeeper.no_violation

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	not regex.match(`(?m)^\s*violation\b`, source.rego)
	msg := "the module defines no rule called violation"
}

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	regex.match(`(?m)^\s*violation(\[[a-z_]+\]|\s+contains\s+[a-z_]+)\s+(if\s+)?\{`, source.rego)
	not regex.match(`"msg"|\.msg`, source.rego)
	msg := "violation must hold objects with a msg"
}
