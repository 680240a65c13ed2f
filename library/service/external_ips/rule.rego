# METADATA
# title: External IPs
# custom:
#   id: SVC-001
#   severity: high
#   targets:
#   - Service
#   references:
#   - KSV-0108
#   - K8sExternalIPs
#   why: Traffic of the whole cluster to these addresses is led to the Service (CVE-2020-8554).
#   fix: Remove externalIPs.
#   parameters:
#     allowed:
#       type: array
#       items:
#         type: string
#       description: Addresses that may be claimed.
package library.service.external_ips

import data.lib.finding

violation contains finding.at(["spec", "externalIPs"], [], msg) if {
	addresses := {ip | some ip in input.review.object.spec.externalIPs} - {ip | some ip in object.get(input.parameters, "allowed", [])}
	count(addresses) > 0
	msg := sprintf("Service %q claims the addresses %s", [finding.name, concat(", ", addresses)])
}
