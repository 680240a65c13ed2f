# METADATA
# title: Application runs with the proxy's user id
# custom:
#   id: IST-027
#   severity: high
#   targets:
#   - workload
#   references:
#   - IST0144
#   why: The user 1337 is Envoy's own; its traffic is not captured.
#   fix: Use another id.
package library.istio.proxy_user_id

import data.lib.finding
import data.lib.workload

violation contains finding.at(holder.path, ["securityContext", "runAsUser"], msg) if {
	some holder in workload.security_holders
	holder.security_context.runAsUser == 1337
	not _proxy(holder)
	msg := sprintf("%s runs as user 1337, whose traffic passes by the sidecar", [workload.label(holder)])
}

_proxy(holder) if holder.name == "istio-proxy"

_proxy(holder) if holder.name == "istio-init"
