# METADATA
# title: Unquoted variable in a shell command
# custom:
#   id: WL-062
#   severity: medium
#   targets:
#   - Job.batch
#   - CronJob.batch
#   why: Whoever sets the variable adds options or another name.
#   fix: Write "$NAME".
package library.job.variable_in_shell

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, [field, i], msg) if {
	some c in workload.containers
	some field in ["command", "args"]
	some i, text in c.spec[field]
	some found in regex.find_all_string_submatch_n(`(?:kubectl|curl|rm|mv|cp)\s[^\n|;&"]*\s(\$[A-Za-z_][A-Za-z0-9_]*)`, text, -1)
	msg := sprintf("container %q: %s is not quoted, so a value with spaces becomes options", [c.name, found[1]])
}
