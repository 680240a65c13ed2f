# METADATA
# title: Released artifact without attestation
# custom:
#   id: GHA-033
#   severity: low
#   targets:
#   - Workflow.gatewright.dev
#   references:
#   - CKV_GHA_5
#   - CKV_GHA_6
#   why: Users cannot check where it was built.
#   fix: Add actions/attest-build-provenance.
package library.github_actions.artifact_not_attested

import data.lib.finding
import data.lib.workflow

violation contains finding.line(workflow.document.lines.on, msg) if {
	workflow.triggers.release
	count([use | some use in workflow.uses; use.name in {"actions/attest-build-provenance", "actions/attest", "actions/attest-sbom", "sigstore/cosign-installer", "slsa-framework/slsa-github-generator"}]) == 0
	count([step | some step in workflow.steps; regex.match(`cosign (sign|attest)|gh attestation`, step.run)]) == 0
	msg := "what the release publishes is neither signed nor attested"
}
