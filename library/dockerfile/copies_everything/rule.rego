# METADATA
# title: COPY . without .dockerignore
# custom:
#   id: DF-041
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   why: History and secrets of the checkout end up in the image.
#   fix: Add a .dockerignore, or name the files.
package library.dockerfile.copies_everything

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	input.review.object.dockerignore == false
	some name in ["COPY", "ADD"]
	some instruction in dockerfile.named(name)
	not instruction.flags.from
	some source in array.slice(instruction.args, 0, count(instruction.args) - 1)
	source in {".", "./", "*"}
	msg := sprintf("%s . takes .git, .env and all else along: there is no .dockerignore", [name])
}
