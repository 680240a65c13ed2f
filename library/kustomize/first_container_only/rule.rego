# METADATA
# title: Patch that reaches the first container only
# custom:
#   id: KUS-017
#   severity: medium
#   targets:
#   - Kustomization.gatewright.dev
#   why: What the patch is meant to enforce holds for one container of each Pod.
#   fix: Enforce it by a policy, or patch by container name with a strategic merge.
package library.kustomize.first_container_only

import data.lib.finding

violation contains finding.line(operation.line, msg) if {
	some patch in input.review.object.patches
	some operation in patch.operations
	regex.match(`/containers/0(/|$)`, operation.path)
	object.get(patch.target, "name", "") == ""
	msg := sprintf("%s hits the first container of every %s; sidecars and init containers stay as they are", [operation.path, object.get(patch.target, "kind", "object")])
}
