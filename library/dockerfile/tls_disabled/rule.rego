# METADATA
# title: TLS checks turned off
# custom:
#   id: DF-031
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - CKV2_DOCKER_4
#   - CKV2_DOCKER_5
#   - CKV2_DOCKER_6
#   why: Anyone on the way decides what is installed.
#   fix: Remove it; add the CA to the image.
package library.dockerfile.tls_disabled

import data.lib.dockerfile
import data.lib.finding

_off := {
	"PYTHONHTTPSVERIFY": {"0"},
	"NODE_TLS_REJECT_UNAUTHORIZED": {"0"},
	"GIT_SSL_NO_VERIFY": {"1", "true"},
	"PIP_TRUSTED_HOST": set(),
	"NPM_CONFIG_STRICT_SSL": {"false"},
}

violation contains finding.line(instruction.line, msg) if {
	some name in ["ENV", "ARG"]
	some instruction in dockerfile.named(name)
	some pair in instruction.pairs
	values := _off[upper(pair.name)]
	_hit(values, pair.value)
	msg := sprintf("%s=%s turns TLS checks off", [pair.name, pair.value])
}

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	text := concat(" ", command.words)
	some pattern in [
		`^(npm|yarn|pnpm) config set strict-ssl[= ]false`, `^git config .*http\.sslverify[= ]false`, `^pip3? .*--trusted-host`,
		`sslverify=(0|false)`, `^(export )?(PYTHONHTTPSVERIFY|NODE_TLS_REJECT_UNAUTHORIZED)=["']?0`, `^(export )?GIT_SSL_NO_VERIFY=`,
	]
	regex.match(sprintf("(?i)%s", [pattern]), text)
	msg := sprintf("%q turns TLS checks off", [text])
}

_hit(values, value) if lower(value) in values

_hit(values, value) if {
	count(values) == 0
	value != ""
}
