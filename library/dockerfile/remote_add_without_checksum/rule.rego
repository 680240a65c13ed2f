# METADATA
# title: Remote file added without a checksum
# custom:
#   id: DF-037
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   why: Whoever controls the server controls the image.
#   fix: Add --checksum=sha256:….
package library.dockerfile.remote_add_without_checksum

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some instruction in dockerfile.named("ADD")
	not instruction.flags.checksum
	some source in array.slice(instruction.args, 0, count(instruction.args) - 1)
	regex.match(`^https?://`, source)
	msg := sprintf("nothing checks what %s delivers", [source])
}
