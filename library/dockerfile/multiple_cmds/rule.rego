# METADATA
# title: Multiple CMD
# custom:
#   id: DF-016
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0016
#   - DL4003
#   why: What is read is not what runs.
#   fix: Keep one.
package library.dockerfile.multiple_cmds

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(later.line, msg) if {
	some later in dockerfile.repeated("CMD")
	msg := "CMD stands more than once in the stage; the last one wins"
}
