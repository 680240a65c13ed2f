# METADATA
# title: Command downloads and runs a script
# custom:
#   id: WL-060
#   severity: medium
#   targets:
#   - workload
#   why: What runs is decided by another server at each start.
#   fix: Build the script into the image.
package library.pod.download_in_command

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, [field], msg) if {
	some c in workload.containers
	some field in ["command", "args"]
	text := concat(" ", [sprintf("%v", [word]) | some word in c.spec[field]])
	regex.match(`(curl|wget)[^|;&]*\|\s*(sudo\s+)?(ba|z|da|k)?sh\b`, text)
	msg := sprintf("container %q pipes a download into a shell", [c.name])
}
