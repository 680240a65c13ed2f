# METADATA
# title: required_engine_version missing
# custom:
#   id: FAL-015
#   severity: info
#   targets:
#   - FalcoRules.gatewright.dev
#   why: An old Falco reads it wrong.
#   fix: Add required_engine_version.
package library.falco.engine_version_missing

import data.lib.falco
import data.lib.finding

violation contains finding.line(1, msg) if {
	count(_versions) == 0
	msg := "the file does not say which engine it needs"
}

violation contains finding.line(item.line, msg) if {
	some item in _versions
	not regex.match(`^([0-9]+|[0-9]+\.[0-9]+\.[0-9]+)$`, item.name)
	msg := sprintf("%q is no engine version such as 0.38.0", [item.name])
}

_versions := [item | some item in falco.items; item.type == "required_engine_version"]
