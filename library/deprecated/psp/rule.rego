# METADATA
# title: PodSecurityPolicy
# custom:
#   id: DEP-003
#   severity: high
#   targets:
#   - PodSecurityPolicy.policy
#   - PodSecurityPolicy.extensions
#   why: It is gone; Pods that it kept out get in.
#   fix: Use Pod Security labels on the Namespace, or Gatekeeper.
package library.deprecated.psp

import data.lib.finding

violation contains finding.at(["kind"], [], msg) if {
	msg := sprintf("PodSecurityPolicy %q protects nothing since Kubernetes 1.25", [finding.name])
}
