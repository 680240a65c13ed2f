# METADATA
# title: Exec probe through a shell or curl
# custom:
#   id: WL-029
#   severity: info
#   targets:
#   - workload
#   why: The image must carry a shell or curl, which an intruder can use too.
#   fix: Use httpGet, tcpSocket or grpc.
package library.workload.shell_probe

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, [probe, "exec", "command"], msg) if {
	some c in workload.main_containers
	some probe in ["livenessProbe", "readinessProbe", "startupProbe"]
	command := concat(" ", c.spec[probe].exec.command)
	regex.match(`(^|[\s/])(sh|bash|curl|wget)(\s|$)`, command)
	msg := sprintf("container %q: the %s starts %q", [c.name, probe, command])
}
