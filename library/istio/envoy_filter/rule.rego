# METADATA
# title: EnvoyFilter in use
# custom:
#   id: IST-024
#   severity: low
#   targets:
#   - EnvoyFilter.networking.istio.io
#   why: An upgrade may turn it into something else; filters before authorization pass it by.
#   fix: Use the API that Istio has for it.
package library.istio.envoy_filter

import data.lib.finding

violation contains finding.at(["kind"], [], msg) if {
	msg := sprintf("EnvoyFilter %q changes Envoy's own configuration, past Istio's checks", [finding.name])
}
