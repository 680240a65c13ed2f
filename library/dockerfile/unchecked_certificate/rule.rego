# METADATA
# title: Certificate check turned off in a download
# custom:
#   id: DF-030
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - CKV2_DOCKER_2
#   - CKV2_DOCKER_3
#   why: Anyone on the way decides what is installed.
#   fix: Remove the option; add the CA to the image.
package library.dockerfile.unchecked_certificate

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	some word in _insecure(command)
	msg := sprintf("%s %s accepts any server", [command.program, word])
}

_insecure(command) := [word | some word in command.words; word == "--insecure"] if {
	command.program == "curl"
	not dockerfile.short_option(command.words, "k")
}

_insecure(command) := ["-k"] if {
	command.program == "curl"
	dockerfile.short_option(command.words, "k")
}

_insecure(command) := [word | some word in command.words; word == "--no-check-certificate"] if command.program == "wget"
