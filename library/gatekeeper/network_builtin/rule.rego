# METADATA
# title: http.send or external data
# custom:
#   id: GK-013
#   severity: medium
#   targets:
#   - ConstraintTemplate.templates.gatekeeper.sh
#   references:
#   - gatekeeper#2826
#   why: The verdict depends on another server.
#   fix: Pass the data as parameters, or by the inventory.
package library.gatekeeper.network_builtin

import data.lib.finding
import data.lib.gatekeeper

violation contains finding.at(source.path, [], msg) if {
	some source in gatekeeper.sources
	some name in ["http.send", "external_data", "net.lookup_ip_addr", "opa.runtime"]
	contains(gatekeeper.text(source), concat("", [name, "("]))
	msg := sprintf("%s reaches outside: switched off by default, and admission waits for it", [name])
}
