# METADATA
# title: pip without --no-cache-dir
# custom:
#   id: DF-026
#   severity: info
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3042
#   why: The image carries what nobody uses.
#   fix: Add --no-cache-dir.
package library.dockerfile.pip_cache

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(command.line, msg) if {
	some command in dockerfile.commands
	dockerfile.runs(command, {"pip", "pip3"}, "install")
	not "--no-cache-dir" in command.words
	not _off
	count([mount | some mount in command.mounts; contains(mount, "type=cache")]) == 0
	msg := "pip leaves its cache in the layer"
}

_off if {
	some instruction in dockerfile.named("ENV")
	some pair in instruction.pairs
	pair.name == "PIP_NO_CACHE_DIR"
}
