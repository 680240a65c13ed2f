# METADATA
# title: WORKDIR or VOLUME on a system directory
# custom:
#   id: DF-023
#   severity: high
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DS-0030
#   why: Files of the application and of the system mix, or a mount hides them.
#   fix: Use a directory of your own.
package library.dockerfile.system_directory

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(instruction.line, msg) if {
	some name in ["WORKDIR", "VOLUME"]
	some instruction in dockerfile.named(name)
	some path in instruction.args
	trim_suffix(path, "/") in {"", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var"}
	path != ""
	msg := sprintf("%s %s is a directory of the system", [name, path])
}
