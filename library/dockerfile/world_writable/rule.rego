# METADATA
# title: chmod 777 or setuid
# custom:
#   id: DF-035
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   why: Any process may change the program, or gains its owner's rights.
#   fix: Use 0755 for programs and 0644 for files.
package library.dockerfile.world_writable

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program == "chmod"
	some word in command.words
	regex.match(`^0?[0-7]?[0-7][0-7][2367]$|^[ugo]*a?\+[rwxX]*s|^(a|o|ugo|go)?\+[rxX]*w|^[4-7][0-7]{3}$`, word)
	not regex.match(`^(u|g|ug)\+[rwxX]+$`, word)
	msg := sprintf("chmod %s", [word])
}

violation contains finding.line(instruction.line, msg) if {
	some name in ["COPY", "ADD"]
	some instruction in dockerfile.named(name)
	some mode in instruction.flags.chmod
	regex.match(`^0?[0-7]?[0-7][0-7][2367]$|^[4-7][0-7]{3}$`, mode)
	msg := sprintf("%s --chmod=%s", [name, mode])
}
