# METADATA
# title: Ingress class by annotation
# custom:
#   id: ING-006
#   severity: low
#   targets:
#   - Ingress.networking.k8s.io
#   why: New controllers do not read it.
#   fix: Use spec.ingressClassName.
package library.ingress.class_annotation

import data.lib.finding

violation contains finding.at(["metadata", "annotations", "kubernetes.io/ingress.class"], [], msg) if {
	class := input.review.object.metadata.annotations["kubernetes.io/ingress.class"]
	msg := sprintf("the annotation kubernetes.io/ingress.class is deprecated; use spec.ingressClassName: %s", [class])
}
