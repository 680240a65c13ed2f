# METADATA
# title: ADD instead of COPY
# custom:
#   id: DF-005
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0005
#   - DL3020
#   - CKV_DOCKER_4
#   why: It does more than the line shows.
#   fix: Use COPY.
package library.dockerfile.add_instead_of_copy

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("ADD")
	count(instruction.heredocs) == 0
	sources := array.slice(instruction.args, 0, count(instruction.args) - 1)
	every source in sources {
		not _remote(source)
		not regex.match(`\.(tar|tgz|tbz2?|txz|tar\.[a-z0-9]+|gz|bz2|xz)$`, source)
	}
	msg := "ADD unpacks archives and fetches URLs; COPY only copies"
}

_remote(source) if regex.match(`^(https?|git|ssh)://|^git@`, source)
