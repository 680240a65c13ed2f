# METADATA
# title: Shell form of CMD or ENTRYPOINT
# custom:
#   id: DF-028
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3025
#   why: The container is killed instead of stopped.
#   fix: Use the JSON form.
package library.dockerfile.shell_form_entrypoint

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some name in ["CMD", "ENTRYPOINT"]
	some instruction in dockerfile.named(name)
	instruction.form == "shell"
	instruction.text != ""
	msg := sprintf("%s in shell form: the program is not process 1 and gets no signals", [name])
}
