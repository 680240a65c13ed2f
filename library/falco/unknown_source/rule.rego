# METADATA
# title: Unknown event source
# custom:
#   id: FAL-009
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   references:
#   - LOAD_UNKNOWN_SOURCE
#   why: The rule is never run.
#   fix: Use syscall, or the plugin's source.
#   parameters:
#     sources:
#       type: array
#       items:
#         type: string
#       description: Sources of further plugins.
package library.falco.unknown_source

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "source"), msg) if {
	some item in falco.items
	source := item.value.source
	not source in {"syscall", "k8s_audit", "aws_cloudtrail", "github", "okta", "gcp_auditlog", "k8smeta", "journald", "docker", "kafka"}
	not source in object.get(input.parameters, "sources", [])
	msg := sprintf("%s %q: the source %s is not known", [item.type, item.name, source])
}
