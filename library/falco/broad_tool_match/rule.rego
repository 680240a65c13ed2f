# METADATA
# title: Everyday tool matched without an allow-list
# custom:
#   id: FAL-022
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   why: Alerts that always come are not read.
#   fix: Compare proc.name, and except the parents and images that may.
package library.falco.broad_tool_match

import data.lib.falco
import data.lib.finding

# The tool is looked for in the whole command line, and nothing says who may use it.
violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.rules
	tools := {value |
		some comparison in item.condition.comparisons
		comparison.field in {"proc.cmdline", "proc.args", "proc.name", "proc.pcmdline"}
		comparison.operator in {"contains", "icontains"}
		not comparison.negated
		some value in comparison.values
		lower(value) in {"curl", "wget", "nc", "ssh", "git", "bash", "sh", "python", "pip", "npm", "apt", "apk"}
	}
	count(tools) > 0
	not _excepted(item)
	msg := sprintf("rule %q: every command line with %s in it alerts, health checks included; there is no exception", [item.name, concat(" or ", tools)])
}

_excepted(item) if count(item.value.exceptions) > 0

_excepted(item) if {
	some comparison in item.condition.comparisons
	comparison.negated
}

_excepted(item) if {
	some comparison in item.condition.comparisons
	comparison.operator == "!="
	comparison.field != "container.id"
}

_excepted(item) if {
	some reference in item.condition.references
	reference.negated
}
