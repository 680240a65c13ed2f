# METADATA
# title: Image tag latest or missing
# custom:
#   id: WL-008
#   severity: medium
#   targets:
#   - workload
#   references:
#   - KSV-0013
#   - CKV_K8S_14
#   why: What runs changes without anyone changing the manifest, and cannot be rolled back.
#   fix: Name a version, better a digest.
package library.image.floating_tag

import data.lib.finding
import data.lib.image
import data.lib.workload

violation contains finding.at(c.path, ["image"], msg) if {
	some c in workload.containers
	image.floating(c.spec.image)
	msg := sprintf("container %q: the image %q has no fixed version", [c.name, c.spec.image])
}
