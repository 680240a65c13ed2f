# METADATA
# title: Unknown filter field
# custom:
#   id: FAL-008
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_UNKNOWN_FILTER
#   why: Falco refuses the rule.
#   fix: Correct the field.
#   parameters:
#     classes:
#       type: array
#       items:
#         type: string
#       description: Further field classes, those of plugins.
package library.falco.unknown_field

import data.lib.falco
import data.lib.finding

_classes := {"evt", "proc", "thread", "user", "group", "container", "fd", "fs", "fdlist", "syslog", "k8s", "mesos", "span", "evtin", "ka", "jevt", "json", "ct", "github", "okta", "gcp", "kafka", "aws", "az", "syscall"}

violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.items
	some field in item.condition.fields
	parts := split(field, ".")
	not parts[0] in (_classes | {name | some name in object.get(input.parameters, "classes", [])})
	not startswith(field, "%")
	not regex.match(`^(val|toupper|tolower|b64|basename|len)$`, parts[0])
	msg := sprintf("%s %q: there is no field %s", [item.type, item.name, field])
}
