# METADATA
# title: Package removed in a later layer
# custom:
#   id: DF-045
#   severity: info
#   targets:
#   - Dockerfile.gatewright.dev
#   why: The image does not get smaller; the packages can still be read.
#   fix: Install and remove in one RUN, or use a build stage.
package library.dockerfile.removes_nothing

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	some verb in ["del", "remove", "purge", "autoremove", "erase"]
	dockerfile.runs(command, {"apk", "apt-get", "apt", "yum", "dnf"}, verb)
	count([other |
		some other in dockerfile.commands
		other.instruction == command.instruction
		other.program == command.program
		dockerfile.operands(other.words)[0] in {"add", "install"}
	]) == 0
	msg := sprintf("%s %s in a RUN of its own: the files stay in the layer below", [command.program, verb])
}
