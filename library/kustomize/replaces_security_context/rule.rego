# METADATA
# title: Patch that replaces a security context
# custom:
#   id: KUS-018
#   severity: low
#   targets:
#   - Kustomization.gatewright.dev
#   why: JSON patch add replaces an existing object, stricter settings included.
#   fix: Set the single fields.
package library.kustomize.replaces_security_context

import data.lib.finding

violation contains finding.line(operation.line, msg) if {
	some patch in input.review.object.patches
	some operation in patch.operations
	operation.op in {"add", "replace"}
	endswith(operation.path, "/securityContext")
	msg := sprintf("%s %s throws away what the object says itself", [operation.op, operation.path])
}
