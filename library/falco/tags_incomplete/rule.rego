# METADATA
# title: Tags incomplete
# custom:
#   id: FAL-016
#   severity: info
#   targets:
#   - FalcoRules.gatewright.dev
#   why: Alerts cannot be sorted by technique.
#   fix: Add mitre_… and the technique's id.
package library.falco.tags_incomplete

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "tags"), msg) if {
	some item in falco.rules
	not falco.changes(item)
	count([tag | some tag in item.value.tags; regex.match(`^(mitre_|T[0-9]{4})`, tag)]) == 0
	msg := sprintf("rule %q has no MITRE tag", [item.name])
}
