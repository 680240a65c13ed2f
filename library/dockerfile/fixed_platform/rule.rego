# METADATA
# title: FROM with a fixed platform
# custom:
#   id: DF-042
#   severity: info
#   targets:
#   - Dockerfile.gatewright.dev
#   references:
#   - DL3029
#   why: The image does not run elsewhere.
#   fix: Use $BUILDPLATFORM, or --platform of the build.
package library.dockerfile.fixed_platform

import data.lib.dockerfile
import data.lib.finding

violation contains finding.line(stage.line, msg) if {
	some stage in dockerfile.stages
	stage.platform != ""
	not contains(stage.platform, "$")
	msg := sprintf("FROM --platform=%s builds for one platform only", [stage.platform])
}
