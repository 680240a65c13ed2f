# METADATA
# title: Interactive containers
# custom:
#   id: WL-055
#   severity: low
#   targets:
#   - workload
#   why: A terminal is for people, and for intruders.
#   fix: Remove stdin and tty; use kubectl debug.
package library.pod.interactive

import data.lib.finding
import data.lib.workload

violation contains finding.repairable(c.path, [field], false, msg) if {
	some c in workload.running_containers
	some field in ["stdin", "tty"]
	c.spec[field] == true
	msg := sprintf("container %q sets %s", [c.name, field])
}
