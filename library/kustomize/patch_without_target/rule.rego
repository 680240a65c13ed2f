# METADATA
# title: Patch that hits nothing
# custom:
#   id: KUS-013
#   severity: medium
#   targets:
#   - Kustomization.gatewright.dev
#   references:
#   - https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
#   why: A patch with a target is dropped without a word; one without a target fails the build.
#   fix: Correct the name in the patch, or list the resource it is for.
package library.kustomize.patch_without_target

import data.lib.finding
import data.lib.inventory

# Judged by the objects of the input, where they hold one of the kind and nothing comes from elsewhere.
violation contains finding.line(patch.line, msg) if {
	_all_local
	some patch in input.review.object.patches
	wanted := _wanted(patch)
	names := {object_.metadata.name | some object_ in array.concat(inventory.everywhere(wanted.kind), inventory.cluster(wanted.kind))}
	count(names) > 0
	every name in names {
		not regex.match(sprintf("^(%s)$", [wanted.name]), name)
	}
	msg := sprintf("the patch is for %s %q, and there is none", [wanted.kind, wanted.name])
}

_wanted(patch) := patch.target if patch.target.kind

_wanted(patch) := {"kind": patch.object.kind, "name": patch.object.metadata.name} if not patch.target.kind

_all_local if {
	kustomization := input.review.object.kustomization
	local := [file | some file in input.review.object.files; file.field == "resources"]
	count(object.get(kustomization, "resources", [])) == count(local)
	every field in ["bases", "components", "generators", "helmCharts", "transformers"] {
		not kustomization[field]
	}
}
