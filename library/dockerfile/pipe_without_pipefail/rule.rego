# METADATA
# title: Pipe without pipefail
# custom:
#   id: DF-029
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL4006
#   why: A download that failed is taken for an empty file.
#   fix: SHELL ["/bin/bash", "-o", "pipefail", "-c"].
package library.dockerfile.pipe_without_pipefail

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.after in {"|", "|&"}
	not _pipefail(command)
	not _first_of_pipe_before(command)
	msg := "when a command before the pipe fails the build goes on"
}

_pipefail(command) if {
	some instruction in dockerfile.named("SHELL")
	instruction.stage == command.stage
	instruction.line < command.line
	some word in instruction.args
	contains(word, "pipefail")
}

_pipefail(command) if {
	some other in dockerfile.commands
	other.instruction == command.instruction
	other.program == "set"
	some word in other.words
	contains(word, "pipefail")
}

# PowerShell and cmd have no pipefail.
_pipefail(command) if {
	some instruction in dockerfile.named("SHELL")
	instruction.stage == command.stage
	regex.match(`(?i)powershell|pwsh|cmd`, instruction.args[0])
}

# One finding a pipeline.
_first_of_pipe_before(command) if {
	some other in dockerfile.commands
	other.instruction == command.instruction
	other.index == command.index - 1
	other.after in {"|", "|&"}
}
