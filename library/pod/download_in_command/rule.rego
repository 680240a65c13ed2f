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
	some pattern in _patterns
	regex.match(pattern, text)
	msg := sprintf("container %q runs a download in a shell", [c.name])
}

# A download in a pipe to a shell, and one whose output a shell is given as a file or as text.
_patterns := {
	`\b(curl|wget)\b[^|;]*\|\s*(sudo\s+)?(/\S*/)?(env\s+)?(((ba|z|da|k|a)?sh)|python[0-9.]*|perl|ruby|node)\b`,
	`(\b((ba|z|da|k|a)?sh|source|eval)\b|(^|[\s;&])\.)\s+(-\S+\s+)*["']?(<\(|\$\(|\x60)\s*(curl|wget)\b`,
}
