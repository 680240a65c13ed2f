# METADATA
# title: Download piped into a shell
# custom:
#   id: DF-034
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   why: What runs is decided by another server.
#   fix: Download, compare a checksum, then run.
package library.dockerfile.download_into_shell

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program in {"curl", "wget"}
	command.after in {"|", "|&"}
	some other in dockerfile.commands
	other.instruction == command.instruction
	other.index > command.index
	other.before in {"|", "|&"}
	other.program in {"sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl", "sudo", "node", "ruby"}
	msg := sprintf("%s pipes a download into %s", [command.program, other.program])
}
