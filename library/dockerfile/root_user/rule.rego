# METADATA
# title: Last USER root or missing
# custom:
#   id: DF-003
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0002
#   - DL3002
#   - CKV_DOCKER_3
#   - CKV_DOCKER_8
#   why: Root in the container is root on the node once anything else gives way.
#   fix: End with USER and a numeric id.
package library.dockerfile.root_user

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(stage.line, msg) if {
	stage := dockerfile.final
	count(_users) == 0
	not dockerfile.earlier_stage(stage, stage.image)
	not _known_user(stage.image)
	msg := "no USER: the container runs as root"
}

violation contains finding.line(last.line, msg) if {
	last := _users[count(_users) - 1]
	name := split(last.args[0], ":")[0]
	lower(name) in {"root", "0"}
	msg := sprintf("the last USER is %s", [name])
}

_users := [instruction | some instruction in dockerfile.final_instructions; instruction.instruction == "USER"]

# Images that say in their name that they run as another user.
_known_user(reference) if regex.match(`[:-]nonroot\b`, reference)
