# METADATA
# title: DENY by host without its port form
# custom:
#   id: IST-012
#   severity: medium
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: The rule is passed by with a port in the header.
#   fix: Add the host with :*.
package library.istio.deny_host_without_port

import data.lib.finding
import data.lib.istio

violation contains finding.at(entry.path, ["hosts"], msg) if {
	istio.action == "DENY"
	some entry in istio.operations
	some host in entry.operation.hosts
	not contains(host, "*")
	not contains(host, ":")
	not concat(":", [host, "*"]) in entry.operation.hosts
	msg := sprintf("AuthorizationPolicy %q: the Host header may also be %s:port", [finding.name, host])
}
