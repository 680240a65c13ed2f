# METADATA
# title: Privileged containers looked for in command lines
# custom:
#   id: FAL-023
#   severity: medium
#   targets:
#   - FalcoRules.gatewright.dev
#   why: The rule never sees a privileged Pod.
#   fix: Use container.privileged=true with container_started.
package library.falco.privileged_by_command_line

import data.lib.falco
import data.lib.finding

violation contains finding.line(falco.line(item, "condition"), msg) if {
	some item in falco.rules
	some comparison in item.condition.comparisons
	comparison.field in {"proc.cmdline", "proc.args"}
	some value in comparison.values
	contains(value, "--privileged")
	msg := sprintf("rule %q: Kubernetes starts no container by a command line with --privileged; look at container.privileged", [item.name])
}
