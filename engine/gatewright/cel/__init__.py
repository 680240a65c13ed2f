"""CEL as Kubernetes has it: expressions to Python, Gatekeeper's K8sNativeValidation, ValidatingAdmissionPolicy."""
