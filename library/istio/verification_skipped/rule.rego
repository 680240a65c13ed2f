# METADATA
# title: Certificate check turned off
# custom:
#   id: IST-018
#   severity: high
#   targets:
#   - DestinationRule.networking.istio.io
#   why: Anyone on the way can answer in the server's place.
#   fix: Remove insecureSkipVerify.
package library.istio.verification_skipped

import data.lib.finding

violation contains finding.at(path, [], msg) if {
	walk(input.review.object.spec, [rest, value])
	count(rest) > 0
	rest[count(rest) - 1] == "insecureSkipVerify"
	value == true
	path := array.concat(["spec"], rest)
	msg := sprintf("DestinationRule %q does not check the server's certificate", [finding.name])
}
