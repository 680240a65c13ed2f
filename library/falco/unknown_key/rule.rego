# METADATA
# title: Unknown key
# custom:
#   id: FAL-001
#   severity: high
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_UNKNOWN_KEY
#   - LOAD_ERR_YAML_VALIDATE
#   why: Falco warns or refuses the file, and the field has no effect.
#   fix: Correct the key.
package library.falco.unknown_key

import data.lib.falco
import data.lib.finding

_keys := {
	"rule": {"rule", "desc", "condition", "output", "priority", "tags", "source", "enabled", "append", "override", "exceptions", "warn_evttypes", "skip-if-unknown-filter", "capture", "capture_duration", "minimum_engine_version"},
	"macro": {"macro", "condition", "append", "override", "source", "desc"},
	"list": {"list", "items", "append", "override", "desc"},
	"required_engine_version": {"required_engine_version", "desc"},
	"required_plugin_versions": {"required_plugin_versions", "desc"},
}

violation contains finding.line(falco.line(item, key), msg) if {
	some item in falco.items
	some key in item.keys
	not key in _keys[item.type]
	msg := sprintf("%s %q: the key %s is not known", [item.type, item.name, key])
}

violation contains finding.line(item.line, msg) if {
	some item in falco.items
	item.type == "unknown"
	msg := "neither rule, macro, list nor required_…"
}
