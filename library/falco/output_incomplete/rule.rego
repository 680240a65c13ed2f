# METADATA
# title: Output lacks key fields
# custom:
#   id: FAL-017
#   severity: info
#   targets:
#   - FalcoRules.gatewright.dev
#   why: Whoever gets the alert cannot tell who and where.
#   fix: Add %user.name, %proc.cmdline and %container.name.
#   parameters:
#     containerFieldsAppended:
#       type: boolean
#       description: Falco is configured to append the container fields.
package library.falco.output_incomplete

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "output"), msg) if {
	some item in falco.rules
	object.get(item.value, "source", "syscall") == "syscall"
	output := item.value.output
	some what, pattern in {"the user": "%user.", "the process": "%proc.", "the container": "%container."}
	not contains(output, pattern)
	not _added(pattern)
	msg := sprintf("rule %q: the output does not name %s", [item.name, what])
}

# Since 0.39 Falco itself can append the container's fields to every output.
_added("%container.") if object.get(input.parameters, "containerFieldsAppended", false)
