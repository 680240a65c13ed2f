"""Which kinds are cluster-scoped: Kubernetes' and Gatekeeper's own, and those that CRDs among the inputs declare."""

from __future__ import annotations

from gatewright.gatekeeper import kube
from gatewright.gatekeeper.template import CONSTRAINT_GROUP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

CLUSTER_KINDS: Final[dict[str, frozenset[str]]] = {
    "": frozenset({"ComponentStatus", "Namespace", "Node", "PersistentVolume"}),
    "admissionregistration.k8s.io": frozenset(
        {
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        }
    ),
    "apiextensions.k8s.io": frozenset({"CustomResourceDefinition"}),
    "apiregistration.k8s.io": frozenset({"APIService"}),
    "authentication.k8s.io": frozenset({"SelfSubjectReview", "TokenReview"}),
    "authorization.k8s.io": frozenset({"SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"}),
    "certificates.k8s.io": frozenset({"CertificateSigningRequest", "ClusterTrustBundle"}),
    "config.openshift.io": frozenset({"ClusterOperator", "ClusterVersion", "Infrastructure", "OAuth"}),
    "expansion.gatekeeper.sh": frozenset({"ExpansionTemplate"}),
    "externaldata.gatekeeper.sh": frozenset({"Provider"}),
    "extensions": frozenset({"PodSecurityPolicy"}),
    "flowcontrol.apiserver.k8s.io": frozenset({"FlowSchema", "PriorityLevelConfiguration"}),
    "gateway.networking.k8s.io": frozenset({"GatewayClass"}),
    "internal.apiserver.k8s.io": frozenset({"StorageVersion"}),
    "mutations.gatekeeper.sh": frozenset({"Assign", "AssignImage", "AssignMetadata", "ModifySet"}),
    "networking.k8s.io": frozenset({"IPAddress", "IngressClass", "ServiceCIDR"}),
    "node.k8s.io": frozenset({"RuntimeClass"}),
    "policy": frozenset({"PodSecurityPolicy"}),
    "rbac.authorization.k8s.io": frozenset({"ClusterRole", "ClusterRoleBinding"}),
    "resource.k8s.io": frozenset({"DeviceClass", "DeviceTaintRule", "ResourceSlice"}),
    "scheduling.k8s.io": frozenset({"PriorityClass"}),
    "snapshot.storage.k8s.io": frozenset({"VolumeSnapshotClass", "VolumeSnapshotContent"}),
    "storage.k8s.io": frozenset({"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"}),
    "storagemigration.k8s.io": frozenset({"StorageVersionMigration"}),
    "syncset.gatekeeper.sh": frozenset({"SyncSet"}),
    "templates.gatekeeper.sh": frozenset({"ConstraintTemplate"}),
}


class Scopes:
    """The table, extended by what CRDs have `declared`: whether a kind of a group is cluster-scoped."""

    __slots__ = ("declared",)

    def __init__(self) -> None:
        self.declared: dict[tuple[str, str], bool] = {}

    def learn(self, crd: kube.Object) -> None:
        """Take the scope that a CustomResourceDefinition declares."""
        spec = crd.get("spec")
        names = spec.get("names") if isinstance(spec, dict) else None
        if isinstance(spec, dict) and isinstance(names, dict) and isinstance(names.get("kind"), str):
            self.declared[str(spec.get("group", "")), names["kind"]] = spec.get("scope") == "Cluster"

    def cluster_scoped(self, group: str, kind: str) -> bool:
        """Whether objects of a kind have no namespace. Unknown kinds go by their name: `ClusterX` has none."""
        declared = self.declared.get((group, kind))
        if declared is not None:
            return declared
        if group in CLUSTER_KINDS:
            return kind in CLUSTER_KINDS[group]
        return group == CONSTRAINT_GROUP or kind.startswith("Cluster")
