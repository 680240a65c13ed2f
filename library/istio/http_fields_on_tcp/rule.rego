# METADATA
# title: HTTP fields on a TCP port
# custom:
#   id: IST-013
#   severity: medium
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: An ALLOW never matches, a DENY denies more than meant.
#   fix: Use ports, principals and namespaces only.
#   sync:
#   - v1/Service
package library.istio.http_fields_on_tcp

import data.lib.finding
import data.lib.inventory
import data.lib.istio

violation contains finding.at(entry.path, ["ports"], msg) if {
	some entry in istio.operations
	some field in ["methods", "paths", "hosts", "notMethods", "notPaths", "notHosts"]
	count(entry.operation[field]) > 0
	some port in entry.operation.ports
	some service in inventory.objects(inventory.namespace, "Service")
	some declared in service.spec.ports
	to_number(port) in {declared.port, object.get(declared, "targetPort", declared.port)}
	_tcp(declared)
	msg := sprintf("AuthorizationPolicy %q: %s means nothing on the TCP port %s", [finding.name, field, port])
}

_tcp(port) if regex.match(`^(tcp|mongo|mysql|redis|tls)(-|$)`, object.get(port, "name", ""))

_tcp(port) if lower(object.get(port, "appProtocol", "")) in {"tcp", "mongo", "mysql", "redis", "tls"}
