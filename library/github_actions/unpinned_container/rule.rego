# METADATA
# title: Container image not pinned
# custom:
#   id: GHA-006
#   severity: medium
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - unpinned-images
#   why: The job runs in another image tomorrow.
#   fix: Name a version or a digest.
package library.github_actions.unpinned_container

import data.lib.finding
import data.lib.image
import data.lib.workflow

violation contains finding.line(place.line, msg) if {
	some place in _images
	not contains(place.image, "${{")
	image.floating(place.image)
	msg := sprintf("job %s: the image %q has no fixed version", [place.job, place.image])
}

_images := array.concat(_steps, array.concat(_containers, _services))

_steps := [{"job": use.step.job, "line": use.line, "image": trim_prefix(use.text, "docker://")} |
	some use in workflow.uses
	use.kind == "docker"
]

_containers := [{"job": job.id, "line": job.lines.container, "image": _image(job.container)} | some job in workflow.jobs]

_services := [{"job": job.id, "line": job.lines.services, "image": _image(service)} |
	some job in workflow.jobs
	some service in job.services
]

_image(value) := value if is_string(value)

_image(value) := value.image if is_object(value)
