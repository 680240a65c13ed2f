# METADATA
# title: Base image from a registry that is not allowed
# custom:
#   id: DF-036
#   severity: medium
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3026
#   why: An image from anywhere is a program from anyone.
#   fix: Mirror the image to an allowed registry.
#   parameters:
#     allowed:
#       type: array
#       items:
#         type: string
#       description: Registries, or paths below them, that base images may come from.
#   required:
#   - allowed
package library.dockerfile.untrusted_base_registry

import data.lib.dockerfile
import data.lib.finding
import data.lib.image

violation contains finding.line(stage.line, msg) if {
	some stage in dockerfile.stages
	not stage.image == "scratch"
	not dockerfile.earlier_stage(stage, stage.image)
	parsed := image.parse(dockerfile.expand(stage.image))
	full := concat("/", [parsed.registry, parsed.repository])
	not _allowed(full)
	msg := sprintf("the base image %q is from none of the allowed registries", [stage.image])
}

_allowed(full) if {
	some entry in input.parameters.allowed
	startswith(concat("", [full, "/"]), concat("", [trim_suffix(entry, "/"), "/"]))
}
