# METADATA
# title: Package index updated alone
# custom:
#   id: DF-017
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0017
#   - CKV_DOCKER_5
#   why: The layer is cached; security updates never come.
#   fix: Update and install in one RUN.
package library.dockerfile.update_alone

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	some verb in ["update", "upgrade", "check-update", "refresh", "makecache"]
	dockerfile.runs(command, {"apt-get", "apt", "yum", "dnf", "zypper", "apk"}, verb)
	not verb == "upgrade"
	count([other |
		some other in dockerfile.commands
		other.instruction == command.instruction
		other.index > command.index
		dockerfile.operands(other.words)[0] in {"install", "add", "in", "upgrade", "dist-upgrade", "full-upgrade", "groupinstall", "source", "build-dep"}
	]) == 0
	msg := sprintf("%s %s in a RUN of its own is cached, and the next install takes old packages", [command.program, verb])
}
