# METADATA
# title: wget and curl both
# custom:
#   id: DF-014
#   severity: low
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0014
#   - DL4001
#   why: Two programs to keep up to date, and to abuse.
#   fix: Use one of them.
package library.dockerfile.wget_and_curl

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(second.line, msg) if {
	some stage in dockerfile.stages
	uses := [command | some command in dockerfile.commands; command.stage == stage.index; command.program in {"wget", "curl"}]
	count({command.program | some command in uses}) == 2
	second := [command | some command in uses; command.program != uses[0].program][0]
	msg := "the stage downloads with wget and with curl; one suffices"
}
