"""Recipes: the diagnostic commands people type at a cluster, and what answers the same question from the files."""

from __future__ import annotations

from gatewright import catalog
from gatewright.errors import UsageError
from gatewright.records import record


@record(frozen=True, slots=True)
class Recipe:
    """One question. `online` asks the cluster; `offline` asks the manifests; `differs` is what only one can know."""

    name: str
    looks_for: str
    online: str
    offline: str
    differs: str


RECIPES = (
    Recipe(
        "pod-security",
        "whether a Pod runs with the security settings it should",
        "kubectl get pod myapp -o jsonpath='{.spec.securityContext}'",
        "gatewright check -p pss-restricted deploy/",
        "The command shows the Pod's settings alone; the check also reads each container's, where they may be undone.",
    ),
    Recipe(
        "pod-security-dry-run",
        "whether the cluster would admit a Pod under its Namespace's level",
        "kubectl --dry-run=server create -f pod.yaml",
        "gatewright check -p pss-namespaces pod.yaml namespace.yaml",
        "The dry run asks every admission controller of the cluster; the check needs the Namespace among the inputs.",
    ),
    Recipe(
        "rbac",
        "what a service account may do",
        "kubectl auth can-i --list --as=system:serviceaccount:myapp:myapp-sa",
        "gatewright check -p rbac rbac/",
        "The cluster knows all bindings, also those made by hand; the check names the ones that are too wide.",
    ),
    Recipe(
        "network-policy",
        "what a NetworkPolicy allows",
        "kubectl describe networkpolicy myapp-network-policy",
        "gatewright check -p network deploy/",
        "Neither can tell whether the network plugin enforces policies.",
    ),
    Recipe(
        "secrets",
        "whether Secrets are encrypted, and what lies in them",
        "kubectl get secrets -o json | jq '.items[].data | keys'",
        "gatewright check -p secrets .",
        "Base64 is no encryption, and encryption at rest is a setting of the API server: neither shows in the objects. "
        "The check finds the credentials that lie in the repository.",
    ),
    Recipe(
        "vulnerabilities",
        "which images have known vulnerabilities",
        "kubectl get vulnerabilityreports -A -o yaml > reports.yaml",
        "gatewright check -p supply-chain --rule 'vulnerability_report/*' reports.yaml",
        "The reports are the operator's; the check fails on those that have a fix.",
    ),
    Recipe(
        "falco",
        "what Falco has alerted on",
        "kubectl logs -n falco daemonset/falco",
        "gatewright check -p falco falco_rules.yaml",
        "Alerts are the cluster's; the check finds rules that can never alert, or always do.",
    ),
    Recipe(
        "cis",
        "how the cluster does by the CIS benchmark",
        "kube-bench run --targets node,policies,managedservices",
        "gatewright check -p cis-1.12 deploy/",
        "Nodes and managed services need the cluster; section 5, policies, is decided from manifests, and what is not "
        "is listed as MANUAL by `gatewright rules sets --format json`.",
    ),
    Recipe(
        "constraints",
        "which objects violate the Gatekeeper constraints",
        "kubectl get constraints",
        "gatewright check -p policies/ deploy/",
        "The cluster shows the last audit, cut off at 20 violations a constraint; the check shows all, with lines.",
    ),
    Recipe(
        "istio",
        "which authorization policies apply to a Pod",
        "istioctl authz check pod/myapp-pod",
        "gatewright check -p istio mesh/",
        "istioctl shows what reached the proxy; the check says which policies allow too much or nothing.",
    ),
)


def page(topic: str) -> str:
    """The list of recipes, one recipe, or a rule's page."""
    if not topic:
        width = max(len(recipe.name) for recipe in RECIPES)
        return "".join(f"{recipe.name:<{width}}  {recipe.looks_for}\n" for recipe in RECIPES)
    for recipe in RECIPES:
        if recipe.name == topic:
            return _recipe(recipe)
    try:
        rule = catalog.rule(topic)
    except UsageError:
        raise UsageError(
            f"no recipe or rule is called {topic!r}", hint=f"there are {', '.join(r.name for r in RECIPES)}"
        ) from None
    from gatewright.export.pages import rule_page

    return rule_page(rule)


def _recipe(recipe: Recipe) -> str:
    return (
        f"{recipe.name}: {recipe.looks_for}\n\n"
        f"  at the cluster   {recipe.online}\n"
        f"  from the files   {recipe.offline}\n\n"
        f"{recipe.differs}\n"
    )
