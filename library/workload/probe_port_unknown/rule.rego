# METADATA
# title: Probe port not exposed
# custom:
#   id: WL-028
#   severity: medium
#   targets:
#   - workload
#   references:
#   - kube-linter
#   why: The probe always fails and the container is restarted for ever.
#   fix: Use a port of the container.
package library.workload.probe_port_unknown

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, [probe, action, "port"], msg) if {
	some c in workload.main_containers
	some probe in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket", "grpc"]
	port := c.spec[probe][action].port
	count(object.get(c.spec, "ports", [])) > 0
	not _exposed(c, port)
	msg := sprintf("container %q: the %s asks port %v, which the container does not list", [c.name, probe, port])
}

violation contains finding.at(c.path, [probe, action, "port"], msg) if {
	some c in workload.main_containers
	some probe in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket"]
	port := c.spec[probe][action].port
	is_string(port)
	not c.spec.ports[0]
	msg := sprintf("container %q: the %s asks the port named %q, and the container has no ports", [c.name, probe, port])
}

_exposed(c, port) if {
	some entry in c.spec.ports
	port in {entry.containerPort, object.get(entry, "name", null)}
}
