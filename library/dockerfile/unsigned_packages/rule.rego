# METADATA
# title: Unsigned packages accepted
# custom:
#   id: DF-032
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - CKV2_DOCKER_7
#   - CKV2_DOCKER_8
#   - CKV2_DOCKER_9
#   why: Anyone on the way decides what is installed.
#   fix: Install the key and remove the option.
package library.dockerfile.unsigned_packages

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	command.program in {"apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper", "rpm", "tdnf"}
	some word in command.words
	word in {"--allow-unauthenticated", "--allow-untrusted", "--nogpgcheck", "--no-gpg-checks", "--force-yes", "--nosignature", "--nodigest"}
	msg := sprintf("%s %s installs packages that nobody signed", [command.program, word])
}
