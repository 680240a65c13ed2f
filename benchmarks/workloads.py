"""The policies and objects the peers and we are given: generated once into a work directory, from a fixed seed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from gatewright import catalog

SEED = 7

# What the renditions for OPA leave out: OPA gives up where functions contradict themselves, as this one's do.
NOT_FOR_OPA = frozenset({"K8sPSPHostProbesLifecycle"})

# Beside the library's mutators, which are for Pods: one for every object, and two for what Pods are made from.
MUTATORS = """\
apiVersion: mutations.gatekeeper.sh/v1
kind: AssignMetadata
metadata: {name: owner}
spec:
  location: metadata.labels.owner
  parameters: {assign: {value: platform}}
---
apiVersion: mutations.gatekeeper.sh/v1
kind: Assign
metadata: {name: pull-policy}
spec:
  applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment, StatefulSet, DaemonSet]}]
  location: 'spec.template.spec.containers[name: *].imagePullPolicy'
  parameters: {assign: {value: Always}}
---
apiVersion: mutations.gatekeeper.sh/v1
kind: AssignImage
metadata: {name: mirror}
spec:
  applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment, StatefulSet, DaemonSet]}]
  location: 'spec.template.spec.containers[name: *].image'
  parameters: {assignDomain: mirror.example}
"""

# Denies every object, so that gator shows each as its mutators leave it.
EVERYTHING = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: everything}
spec:
  crd: {spec: {names: {kind: Everything}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package everything
      violation[{"msg": "shown"}] { true }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Everything
metadata: {name: everything}
"""

# The policies of the library that read data.inventory.
REFERENTIAL = (
    "general/horizontalpodautoscaler",
    "general/poddisruptionbudget",
    "general/storageclass",
    "general/uniqueingresshost",
    "general/uniqueserviceselector",
)

_VIOLATED = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: violated}
spec:
  crd:
    spec:
      names: {kind: Violated}
      validation:
        openAPIV3Schema:
          type: object
          properties: {times: {type: integer}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package violated
        violation[{"msg": msg}] {
          number := numbers.range(1, input.parameters.times)[_]
          input.parameters.times > 0
          msg := sprintf("%v is violated, number %v", [input.review.object.metadata.name, number])
        }
"""
_VIOLATED_BY = """\
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Violated
metadata: {name: violated}
spec:
  match:
    kinds:  # not Gatekeeper's own, which gator reviews too
      - apiGroups: ["", apps, autoscaling, batch, networking.k8s.io, rbac.authorization.k8s.io]
        kinds: ["*"]
  parameters: {times: COUNT}
"""


@dataclass(frozen=True, slots=True)
class Workloads:
    """Finds or makes inputs. `shared` holds bench/ and fixtures/; `work` keeps what is generated."""

    shared: Path
    work: Path

    @property
    def golden(self) -> Path:
        return self.shared / "fixtures" / "gatekeeper" / "golden-policies"

    @property
    def library(self) -> Path:
        return self.shared / "fixtures" / "gatekeeper-library" / "library"

    def objects(self, count: int) -> Path:
        """A stream of `count` objects, about 2 KB each."""
        folder = self.work / f"n{count}"
        if not (folder / "objects.yaml").exists():
            self._generate("objects", "--out", str(self.work), "--n", str(count), "--seed", str(SEED))
            for twin in ("list.json", "stream.json"):
                (folder / twin).unlink(missing_ok=True)
        return folder / "objects.yaml"

    def tree(self, count: int, suffix: str = "") -> Path:
        """The same objects, a file each; `suffix` tells trees apart of which one is written to."""
        folder = self.work / f"tree{count}{suffix}"
        if not folder.exists():
            folder.mkdir(parents=True)
            text = self.objects(count).read_text(encoding="utf-8")
            documents = [part for part in text.split("\n---\n") if part.strip()]
            for index, document in enumerate(documents):
                place = folder / f"{index // 500:03}"
                place.mkdir(exist_ok=True)
                (place / f"{index:06}.yaml").write_text(document.removeprefix("---\n") + "\n", encoding="utf-8")
        return folder

    def rego_only(self) -> Path:
        """The 44 policies of the library that read no inventory, in Rego."""
        return self.golden / "rego-only"

    def as_is(self) -> Path:
        """The same, sixteen of them in CEL, as the library has them."""
        return self.golden / "as-is"

    def whole_library(self) -> Path:
        """A policy set that names every family of the rules that are shipped."""
        families = sorted({file.parents[1].name for file in catalog.library_dir().glob("*/*/rule.rego")})
        document = {
            "apiVersion": catalog.POLICY_SET_API,
            "kind": catalog.POLICY_SET_KIND,
            "metadata": {"name": "whole-library"},
            "spec": {"title": "Every rule", "rules": [{"family": family} for family in families]},
        }
        file = self.work / "whole-library.yaml"
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return file

    def one_policy(self) -> Path:
        """One template and its constraint."""
        policies = self.work / "one" / "rego-only"
        if not policies.exists():
            policies.mkdir(parents=True)
            for file in sorted(self.rego_only().glob("*privileged-containers*")):
                (policies / file.name).write_bytes(file.read_bytes())
        return policies

    def one_object(self) -> Path:
        """One Pod."""
        one = self.work / "one" / "object.yaml"
        one.parent.mkdir(parents=True, exist_ok=True)
        documents = self.objects(1000).read_text(encoding="utf-8").split("\n---\n")
        pod = next(document for document in documents if "kind: Pod\n" in document)
        one.write_text(pod.removeprefix("---\n") + "\n", encoding="utf-8")
        return one

    def dual(self, *, engine: str) -> Path:
        """The templates that carry both engines, cut down to one of them: `cel` or `rego`."""
        folder = self.work / f"dual-as-{engine}"
        if folder.exists():
            return folder
        folder.mkdir(parents=True)
        wanted = "K8sNativeValidation" if engine == "cel" else "Rego"
        for file in sorted(self.as_is().glob("*-template.yaml")):
            template = yaml.safe_load(file.read_text(encoding="utf-8"))
            target = template["spec"]["targets"][0]
            codes = target.get("code") or []
            if not any(code["engine"] == "K8sNativeValidation" for code in codes):
                continue
            if not any(code["engine"] == "Rego" for code in codes) and not target.get("rego"):
                continue
            target["code"] = [code for code in codes if code["engine"] == wanted]
            if engine == "cel":
                target.pop("rego", None)
                target.pop("libs", None)
            (folder / file.name).write_text(yaml.safe_dump(template), encoding="utf-8")
            twin = file.name.replace("-template", "-constraint")
            (folder / twin).write_bytes((self.as_is() / twin).read_bytes())
        return folder

    def referential(self) -> Path:
        """The policies that read data.inventory, each with its first sample constraint."""
        folder = self.work / "referential"
        if folder.exists():
            return folder
        folder.mkdir(parents=True)
        for name in REFERENTIAL:
            policy = self.library / name
            if not policy.exists():
                continue
            stem = name.replace("/", "-")
            (folder / f"{stem}-template.yaml").write_bytes((policy / "template.yaml").read_bytes())
            constraint = sorted(policy.glob("samples/*/constraint.yaml"))[0]
            (folder / f"{stem}-constraint.yaml").write_bytes(constraint.read_bytes())
        return folder

    def mutators(self) -> Path:
        """The library's mutators and those above."""
        folder = self.work / "mutators"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "own.yaml").write_text(MUTATORS, encoding="utf-8")
        for index, file in enumerate(sorted(self.library.parent.glob("mutation/**/mutation*.yaml"))):
            (folder / f"library-{index:02}.yaml").write_bytes(file.read_bytes())
        return folder

    def everything(self) -> Path:
        """A policy that every object violates."""
        file = self.work / "everything.yaml"
        file.write_text(EVERYTHING, encoding="utf-8")
        return file

    def with_expansion(self) -> Path:
        """The golden policies, and the template that makes Pods of workloads."""
        folder = self.work / "rego-only-expansion"
        if not folder.exists():
            folder.mkdir(parents=True)
            for part in ("rego-only", "expansion"):
                for file in sorted((self.golden / part).glob("*.yaml")):
                    (folder / file.name).write_bytes(file.read_bytes())
        return folder

    def policies(self, count: int) -> Path:
        """`count` constraints of the 44 templates: the first ones, or all under several names."""
        folder = self.work / f"policies{count}"
        if folder.exists():
            return folder
        folder.mkdir(parents=True)
        for number, file in enumerate(sorted(self.rego_only().glob("*-constraint.yaml"))[:count]):
            template = file.with_name(file.name.replace("-constraint", "-template"))
            (folder / template.name).write_bytes(template.read_bytes())
            constraint = yaml.safe_load(file.read_text(encoding="utf-8"))
            name = constraint["metadata"]["name"]
            for twin in range(number, count, 44):
                constraint["metadata"]["name"] = f"{name}-{twin // 44}" if twin >= 44 else name
                (folder / f"{twin:03}-constraint.yaml").write_text(yaml.safe_dump(constraint), encoding="utf-8")
        return folder

    def violating(self, count: int) -> Path:
        """A policy that every object violates `count` times."""
        folder = self.work / f"violating{count}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "template.yaml").write_text(_VIOLATED, encoding="utf-8")
        (folder / "constraint.yaml").write_text(_VIOLATED_BY.replace("COUNT", str(count)), encoding="utf-8")
        return folder

    def opa_rendition(self, count: int) -> Path:
        """The same policies as plain Rego packages and the objects as one data document."""
        work = self.work / "opa-rendition"
        objects = work / "opa" / f"n{count}" / "objects.json"
        if not objects.exists():
            sets = work / "policies"
            sets.mkdir(parents=True, exist_ok=True)
            if not (sets / "rego-only").exists():
                shutil.copytree(self.rego_only(), sets / "rego-only")
            script = self.shared / "bench" / "mkopa.py"
            subprocess.run([sys.executable, str(script), str(work)], check=True, capture_output=True)
            objects.parent.mkdir(parents=True, exist_ok=True)
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            with self.objects(count).open(encoding="utf-8") as stream:
                documents = [document for document in yaml.load_all(stream, loader) if document]
            objects.write_text(json.dumps({"objects": documents}), encoding="utf-8")
        return work

    def _generate(self, *arguments: str) -> None:
        script = self.shared / "bench" / "mkworkload.py"
        self.work.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(script), *arguments], check=True, capture_output=True)


def shared_root() -> Path:
    """Where bench/ and fixtures/ lie: the parent of GATEWRIGHT_FIXTURES, else ../shared."""
    if fixtures := os.environ.get("GATEWRIGHT_FIXTURES"):
        return Path(fixtures).parent
    return Path(__file__).parents[2] / "shared"
