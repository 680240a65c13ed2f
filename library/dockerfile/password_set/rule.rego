# METADATA
# title: Password set in the image
# custom:
#   id: DF-033
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - CKV2_DOCKER_17
#   why: It can be read in the image and used in every container.
#   fix: Create users without passwords.
package library.dockerfile.password_set

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program in {"chpasswd", "passwd"}
	not dockerfile.options(command.words) & {"-l", "-d", "--lock", "-L"} != set()
	msg := sprintf("%s sets a password that everyone with the image knows", [command.program])
}

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program in {"useradd", "usermod"}
	dockerfile.options(command.words) & {"-p", "--password"} != set()
	msg := sprintf("%s sets a password that everyone with the image knows", [command.program])
}
