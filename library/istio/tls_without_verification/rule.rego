# METADATA
# title: TLS off or without a CA
# custom:
#   id: IST-017
#   severity: high
#   targets:
#   - DestinationRule.networking.istio.io
#   references:
#   - IST0128
#   - IST0129
#   why: Anyone on the way can answer in the server's place.
#   fix: Use ISTIO_MUTUAL inside the mesh; outside name caCertificates.
package library.istio.tls_without_verification

import data.lib.finding

violation contains finding.at(path, ["mode"], msg) if {
	walk(input.review.object.spec, [rest, tls])
	count(rest) > 0
	rest[count(rest) - 1] == "tls"
	is_object(tls)
	path := array.concat(["spec"], rest)
	msg := _fault(tls)
}

_fault(tls) := "mode DISABLE sends plain text" if tls.mode == "DISABLE"

_fault(tls) := sprintf("mode %s without caCertificates trusts any certificate", [tls.mode]) if {
	tls.mode in {"SIMPLE", "MUTUAL"}
	not tls.caCertificates
	not tls.credentialName
	not tls.insecureSkipVerify == true
}
