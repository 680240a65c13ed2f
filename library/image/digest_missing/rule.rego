# METADATA
# title: Image not pinned by digest
# custom:
#   id: WL-009
#   severity: low
#   targets:
#   - workload
#   references:
#   - CKV_K8S_43
#   why: A tag can be moved to another image; a digest cannot.
#   fix: Append @sha256:… to the image.
package library.image.digest_missing

import data.lib.finding
import data.lib.image
import data.lib.workload

violation contains finding.at(c.path, ["image"], msg) if {
	some c in workload.containers
	not image.pinned(c.spec.image)
	msg := sprintf("container %q: the image %q is not pinned by a digest", [c.name, c.spec.image])
}
