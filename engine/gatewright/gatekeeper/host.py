"""The host: policies in, objects in, violations out, as a cluster with Gatekeeper would answer.

Constraints are indexed by the kinds they name, their rules are bound when first needed, and one review's data is
built once and shared by all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from gatewright.errors import GatewrightError, LimitError, MatchError, ReviewError, UsageError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper.constraint import AUDIT_POINT, GATOR_POINT, WEBHOOK_POINT, Constraint, is_constraint
from gatewright.gatekeeper.drivers import Driver, Evidence, choose, code_store, make_drivers
from gatewright.gatekeeper.entries import Entry, LoadedPolicy
from gatewright.gatekeeper.evaluation import Evaluation, Met
from gatewright.gatekeeper.inventory import Inventory, inventory_path
from gatewright.gatekeeper.match import Namespace, Subject
from gatewright.gatekeeper.result import ObjectRef, Violation
from gatewright.gatekeeper.results import (
    ADMISSION_BINDING,
    Result,
    autoreject,
    by_constraint,
    decided,
    implied,
    violation_of,
)
from gatewright.gatekeeper.review import (
    GENERATED,
    Review,
    is_admission_review,
    object_review,
    request_review,
)
from gatewright.gatekeeper.surroundings import CLUSTER, GATOR_TEST, GATOR_VERIFY, Surroundings, in_namespace
from gatewright.gatekeeper.template import TARGET, Template, is_template
from gatewright.records import field, record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from gatewright.analysis import Capabilities
    from gatewright.cel.vap import Policies
    from gatewright.codegen.cache import CodeCache
    from gatewright.gatekeeper.both_driver import Disagreement
    from gatewright.gatekeeper.expander import Expander
    from gatewright.gatekeeper.providers import Provider
    from gatewright.manifests import Origins
    from gatewright.runtime.context import EvalOptions

_NONE: Final[frozenset[str]] = frozenset()
_NOWHERE: Final[dict[str, tuple[Any, ...]]] = {}
# Gatekeeper's own resources, which its webhook does not mutate (pkg/webhook/common.go).
_UNMUTATED: Final = frozenset(
    f"{name}.gatekeeper.sh"
    for name in ("config", "constraints", "expansion", "externaldata", "mutations", "status", "templates")
)
# The operations in which the API server asks for mutation.
_MUTATED: Final = frozenset({"CREATE", "UPDATE"})


@record(slots=True)
class Seen:
    """What a host saw of one object: violations, the review they came of (None for requests), how many constraints
    were evaluated, and the kinds of those whose policies failed. By kind and name of the constraint, `evidence` is what
    its rule left behind of its findings, and `paths` what is known by message of where they lie."""

    violations: list[Violation]
    review: Review | None
    pairs: int
    failed: frozenset[str] = _NONE
    evidence: Mapping[tuple[str, str], Evidence] = field(default_factory=dict)
    paths: dict[tuple[str, str], dict[str, tuple[Any, ...]]] = field(default_factory=dict)


class Host:
    """Templates, constraints and data, and the reviews against them.

    `engine` is cel (CEL first where a template has both languages, as in Gatekeeper), rego (Rego alone) or both (both
    languages of a template, disagreements told apart by `take_disagreements`). Objects of namespaced kinds that name no
    namespace go to `default_namespace`. `gator_compat` reproduces what `gator test` does differently from a cluster;
    `semantics` says the same in full. `mutate` reviews plain objects as the mutators loaded leave them. `lazy` compiles
    a template at its first match, so that errors in its code show late. `external_data` answers for providers; without
    it, templates cannot even name the built-in, as under gator. `capabilities` say which built-ins there are for Rego.
    """

    def __init__(
        self,
        *,
        engine: str = "cel",
        default_namespace: str = "default",
        enforcement_point: str = GATOR_POINT,
        gator_compat: bool = False,
        semantics: str = CLUSTER,
        mutate: bool = True,
        cache: CodeCache | bool | None = True,
        lazy: bool = False,
        failure_policy: str = "Fail",
        print_enabled: bool = False,
        eval_options: EvalOptions | None = None,
        external_data: Provider | None = None,
        capabilities: Capabilities | None = None,
        drivers: Sequence[Driver] | None = None,
    ) -> None:
        self.semantics = GATOR_TEST if gator_compat else semantics
        self.surroundings = Surroundings(self.semantics, default_namespace, enforcement_point)
        self.enforcement_point = enforcement_point
        self.mutates = mutate and self.semantics == CLUSTER
        self.lazy = lazy
        self._store = code_store(cache)
        self.eval_options = eval_options if external_data is None else _answering(eval_options, external_data)
        self.external_data = external_data
        self.drivers: tuple[Driver, ...] = (
            tuple(drivers)
            if drivers is not None
            else make_drivers(
                engine,
                cache=self._store,
                failure_policy=failure_policy,
                print_enabled=print_enabled,
                external_data=external_data is not None,
                capabilities=capabilities,
            )
        )
        self.inventory = Inventory()
        self._policies: dict[str, LoadedPolicy] = {}
        self._constraints: dict[tuple[str, str], Constraint] = {}
        self._index: dict[tuple[str, str], tuple[Entry, ...]] = {}
        self._entries: list[Entry] | None = None
        self._expander: Expander | None = None
        self._expander_given = False
        self._admission: Policies | None = None
        # How many (object, constraint) pairs have been evaluated so far.
        self.pairs = 0
        self._evaluation = Evaluation(self.eval_options, self.inventory)
        self._printing = print_enabled

    # --- what is loaded ---

    @property
    def policies(self) -> list[LoadedPolicy]:
        """The templates in force with their code, in the order in which they were added."""
        return list(self._policies.values())

    @property
    def templates(self) -> list[Template]:
        return [p.template for p in self._policies.values()]

    @property
    def constraints(self) -> list[Constraint]:
        """The constraints in force, by kind and name."""
        return [self._constraints[key] for key in sorted(self._constraints)]

    def take_disagreements(self) -> list[Disagreement]:
        """With engine `both`: where the two languages of a template have answered differently since last asked."""
        taken: list[Disagreement] = []
        for driver in self.drivers:
            found = getattr(driver, "disagreements", [])
            taken += found
            found.clear()
        return taken

    @property
    def reads_inventory(self) -> bool:
        """Whether any loaded policy looks at data.inventory, or at parameters; if none does, data need not be added."""
        asks_for_params = self._admission is not None and self._admission.takes_parameters
        return asks_for_params or any(p.reads_inventory for p in self._policies.values())

    @property
    def notices(self) -> list[str]:
        """What is odd about the policies, though nothing is wrong with them."""
        unfounded = [] if self._admission is None else self._admission.unfounded()
        return [f"warning: the policy of the binding {name} is not there: it says nothing" for name in unfounded]

    @property
    def rules(self) -> int:
        """How many constraints, and bindings of ValidatingAdmissionPolicies, there are."""
        return len(self.constraints) + (0 if self._admission is None else len(self._admission.bindings))

    def load(self, *paths: str) -> None:
        """Add every document of files and directories, templates first; the first error is raised."""
        from gatewright.manifests import read_paths

        documents = []
        for document in read_paths(paths):
            if isinstance(document, GatewrightError):
                raise document
            documents.append(document.value)
        for _, error in self.add_all(documents):
            raise error

    def add_all(self, documents: Iterable[kube.Object]) -> Iterator[tuple[kube.Object, GatewrightError]]:
        """Add documents in the order they need each other; yields those that were refused, and goes on."""
        ordered = sorted(documents, key=_loading_order)
        for document in ordered:
            try:
                self.add(document)
            except GatewrightError as error:
                yield document, error

    def add(self, document: kube.Object) -> None:
        """Add a template, a constraint, an expansion template, a mutator or any other object, which is data.

        ValidatingAdmissionPolicies and their bindings are policies too, but not for gator.
        """
        _require_object(document)
        if is_template(document):
            self.add_template(document)
        elif is_constraint(document):
            self.add_constraint(document)
        elif _is_admission_policy(document) and self.semantics == CLUSTER:
            self._admission_policies().add(document)
        else:
            self.add_data(document)

    def add_template(self, document: kube.Object) -> Template:
        """Add or replace a template; TemplateError when Gatekeeper would refuse it."""
        from gatewright.gatekeeper.reading.template import read_template

        template = read_template(document)
        loaded = LoadedPolicy(template, choose(template, self.drivers))
        if not self.lazy:
            loaded.policy()
        self._policies[template.name] = loaded
        self._forget_index()
        return template

    def add_constraint(self, document: kube.Object) -> Constraint:
        """Add or replace a constraint; the document gets its template's defaults. ConstraintError when refused."""
        from gatewright.gatekeeper.reading.constraint import read_constraint

        constraint = read_constraint(document, self._find_template)
        if self.semantics == GATOR_TEST:
            # gator test reads all numbers as float64s; a cluster tells integers apart.
            floats = kube.as_floats(constraint.document), kube.as_floats(constraint.parameters)
            constraint = replace(constraint, document=floats[0], parameters=floats[1])
        self._constraints[constraint.ref.kind, constraint.ref.name] = constraint
        self._forget_index()
        return constraint

    def adopt(self, policies: Iterable[LoadedPolicy], constraints: Iterable[Constraint]) -> None:
        """Take templates and constraints that were checked before."""
        self._policies |= {policy.template.name: policy for policy in policies}
        self._constraints |= {(one.ref.kind, one.ref.name): one for one in constraints}
        self._forget_index()

    def _admission_policies(self) -> Policies:
        if self._admission is None:
            from gatewright.cel.vap import Policies

            self._admission = Policies(cache=self._store)
        return self._admission

    def _find_template(self, kind: str) -> Template | None:
        loaded = self._policies.get(kind)
        return None if loaded is None else loaded.template

    def add_data(self, obj: kube.Object) -> None:
        """Add an object to data.inventory, and learn what it tells of namespaces, kinds and expansions."""
        inventory_path(obj)  # An object that has no place there is refused for that, whatever else is wrong with it.
        self.learn(obj)
        self.remember(obj)

    def remember(self, obj: kube.Object) -> None:
        """Keep an object as data, for data.inventory and as what may be the parameters of a binding.

        In a cluster that is what is stored: in its namespace, and as the mutators leave it that are known so far.
        """
        if self.semantics == CLUSTER:
            obj = self._stored(obj)
            if not self.surroundings.keeps_from_sync(obj):
                self.inventory.add(obj)
        else:
            self.inventory.add(kube.large_as_floats(obj))
        if self._admission is not None:
            self._admission.add(obj)

    def forget(self, obj: kube.Object) -> None:
        """Take out of data.inventory what `remember` kept."""
        self.inventory.remove(self.surroundings.placed(obj))

    def _stored(self, obj: kube.Object) -> kube.Object:
        placed = self.surroundings.placed(obj)
        if not self.mutates or self._expander is None:
            return placed
        return self._admitted(placed, self.surroundings.namespace_of(placed), "CREATE", "")

    def learn(self, obj: kube.Object) -> None:
        """Take what an object says to the host itself, without keeping it as data."""
        if self.surroundings.learn(obj) or self._expander_given:
            return
        if kube.gvk_of(obj).group in ("expansion.gatekeeper.sh", "mutations.gatekeeper.sh"):
            self._expansions().add(obj)

    @property
    def expander(self) -> Expander | None:
        """The expansion templates and mutators in force, if there are any."""
        return self._expander

    def use_expander(self, expander: Expander) -> None:
        """Take expansion templates and mutators that were loaded together; documents add no more to them."""
        self._expander = expander
        self._expander_given = True

    def _expansions(self) -> Expander:
        if self._expander is None:
            from gatewright.gatekeeper.expander import Expander

            self._expander = Expander(provider=self.external_data, cluster=self.semantics == CLUSTER)
        return self._expander

    def remove(self, document: kube.Object) -> None:
        """Take out what `add` put in; removing what is not there is no error."""
        _require_object(document)
        gvk, name = kube.gvk_of(document), kube.name_of(document)
        if is_template(document):
            loaded = self._policies.pop(name, None)
            if loaded is not None:
                kind = loaded.template.kind
                self._constraints = {k: v for k, v in self._constraints.items() if k[0] != kind}
        elif is_constraint(document):
            self._constraints.pop((gvk.kind, name), None)
        else:
            self.forget(document)
            if gvk.group == "" and gvk.kind == "Namespace":
                self.surroundings.namespaces.pop(name, None)
        self._forget_index()

    # --- reviews ---

    def review(
        self,
        obj: kube.Object,
        *,
        operation: str = "",
        old_object: kube.Object | None = None,
        namespace: kube.Object | None = None,
        user_info: dict[str, Any] | None = None,
    ) -> list[Violation]:
        """The violations of an object, or of the request in an AdmissionReview, and of what it expands to.

        `namespace` is the Namespace object to use instead of a known one. ReviewError when the object cannot be
        reviewed at all.
        """
        _require_object(obj)
        seen = self.look(obj, operation=operation, old_object=old_object, namespace=namespace, user_info=user_info)
        return seen.violations

    def look(
        self,
        obj: kube.Object,
        *,
        operation: str = "",
        old_object: kube.Object | None = None,
        namespace: kube.Object | None = None,
        user_info: dict[str, Any] | None = None,
    ) -> Seen:
        """As `review`, with what `path_of` needs to tell where the violations lie."""
        before = self.pairs
        known = None if namespace is None else self.surroundings.given(namespace)
        if self.unwraps(obj):
            request = _admission_request(obj)
            results = self.request_results(request, known)
            obj = request.get("object") or request.get("oldObject") or {}
            review = None
        else:
            review = self._review_of(obj, operation, old_object, known, user_info)
            request = review.rego
            results = self._results(review)
        decisions = () if self._admission is None else self._decisions(request, namespace, obj)
        return _seen(obj, review, self.pairs - before, results, decisions)

    def look_all(
        self, objects: Sequence[kube.Object], origins: Iterable[Origins | None] = (), *, locating: bool = False
    ) -> list[Seen | GatewrightError]:
        """`look` at each of many objects; an error stands for one that cannot be reviewed.

        The answers are the same, but come sooner: a policy runs on all the objects it applies to before the next one.
        `origins` tells of each object where its parts come from, as its reader saw it, which finds paths sooner;
        `locating` says that the paths of all violations will be asked for.
        """
        if self._expander is not None or self._printing or any(map(self.unwraps, objects)):
            return [self._attempt(obj) for obj in objects]
        met = [self._try_meeting(obj) for obj in objects]
        for obj, one, told in zip(objects, met, origins, strict=False):
            if told is not None and isinstance(one, Met):
                one.review.read = obj, told
        answers = iter(self._evaluation.of_all([one for one in met if isinstance(one, Met)], locating=locating))
        return [
            one if isinstance(one, GatewrightError) else self._told(obj, one, next(answers))
            for obj, one in zip(objects, met, strict=True)
        ]

    def _told(self, obj: kube.Object, met: Met, answer: list[Result] | GatewrightError) -> Seen | GatewrightError:
        if isinstance(answer, GatewrightError):
            return answer
        before = self.pairs
        self.pairs += len(met.matched)
        try:
            decisions = () if self._admission is None else self._decisions(met.review.rego, None, obj)
        except GatewrightError as error:
            return error
        seen = _seen(obj, met.review, self.pairs - before, _together(met, answer), decisions)
        seen.evidence = met.evidence
        return seen

    def _attempt(self, obj: kube.Object) -> Seen | GatewrightError:
        try:
            return self.look(obj)
        except GatewrightError as error:
            return error

    def _try_meeting(self, obj: kube.Object) -> Met | GatewrightError:
        try:
            return self._meet(self._review_of(obj, "", None, None, None))
        except GatewrightError as error:
            return error

    def results(
        self,
        obj: kube.Object,
        *,
        operation: str = "",
        old_object: kube.Object | None = None,
        namespace: kube.Object | None = None,
        user_info: dict[str, Any] | None = None,
    ) -> list[Result]:
        """As `review`, with the constraint of each result; admission policies have none and are not asked."""
        known = None if namespace is None else self.surroundings.given(namespace)
        if self.unwraps(obj):
            return self.request_results(_admission_request(obj), known)
        return self._results(self._review_of(obj, operation, old_object, known, user_info))

    def _review_of(
        self,
        obj: kube.Object,
        operation: str,
        old_object: kube.Object | None,
        namespace: Namespace | None,
        user_info: dict[str, Any] | None,
    ) -> Review:
        obj = self.surroundings.placed(obj)
        space = namespace or self.surroundings.namespace_of(obj)
        if self.mutates and self._expander is not None:
            obj = self._admitted(obj, space, operation or "CREATE", (user_info or {}).get("username", ""))
        return object_review(
            obj,
            operation=operation,
            old_object=old_object,
            namespace=space,
            user_info=user_info,
            show_namespace=self.semantics == CLUSTER,
        )

    def _results(self, review: Review) -> list[Result]:
        results = self.run(review)
        if self._expander is not None:
            results += self._expanded(review.subject_object, review, mutated=self.semantics == CLUSTER)
        return results

    def _decisions(
        self, request: dict[str, Any], namespace: kube.Object | None, obj: kube.Object
    ) -> Iterable[Violation]:
        """What ValidatingAdmissionPolicies object to."""
        assert self._admission is not None
        decisions = self._admission.decide(request, namespace or self._space_of(request))
        self.pairs += self._admission.asked
        ref = ObjectRef.of(obj)
        return (decided(decision, ref) for decision in decisions)

    def path_of(self, violation: Violation, seen: Seen) -> tuple[Any, ...]:
        """The path in the object that the violation's policy read on the way to it; () where none is known."""
        key = violation.constraint.kind, violation.constraint.name
        paths = seen.paths.get(key)
        if paths is None:
            with self._evaluation.guarded():
                paths = self._paths(key, seen)
        return paths.get(violation.message, ())

    def trace_all(self, asked: Iterable[tuple[Seen, Sequence[Violation]]]) -> None:
        """Find out where these violations lie, policy by policy, for `path_of` to know."""
        wanted: dict[tuple[str, str], dict[int, Seen]] = {}
        for seen, violations in asked:
            if seen.review is not None:
                for violation in violations:
                    wanted.setdefault((violation.constraint.kind, violation.constraint.name), {})[id(seen)] = seen
        try:
            with self._evaluation.guarded():
                for key, looks in wanted.items():
                    for seen in looks.values():
                        self._paths(key, seen)
        except LimitError:
            pass  # whose it was shows when its places are asked for

    def _paths(self, key: tuple[str, str], seen: Seen) -> dict[str, tuple[Any, ...]]:
        """Where the findings of a constraint lie in the object, by message."""
        known = seen.paths.get(key)
        if known is not None:
            return known
        if key[0] == ADMISSION_BINDING and self._admission is not None and seen.review is not None:
            found = seen.paths[key] = self._admission_paths(self._admission, key[1], seen.review)
            return found
        constraint, loaded = self._constraints.get(key), self._policies.get(key[0].lower())
        if constraint is None or loaded is None or seen.review is None or key[0] in seen.failed:
            return _NOWHERE  # a policy that failed would only fail again
        evidence = seen.evidence.get(key, ())
        found = seen.paths[key] = self._evaluation.paths(loaded.policy(), constraint, seen.review, evidence)
        return found

    def _admission_paths(self, admission: Policies, binding: str, review: Review) -> dict[str, tuple[Any, ...]]:
        from gatewright.gatekeeper.cel_driver import paths_of

        request = review.rego
        return paths_of(review, admission.evidence(binding, request, self._space_of(request)))

    def _space_of(self, request: dict[str, Any]) -> kube.Object | None:
        """The Namespace that a request names, where it is known."""
        space = self.surroundings.namespaces.get(request.get("namespace") or "")
        return None if space is None else space.object

    def unwraps(self, obj: kube.Object) -> bool:
        """Whether a review of the object is one of the request in it."""
        return self.semantics != GATOR_TEST and is_admission_review(obj)

    def request_results(self, request: dict[str, Any], namespace: Namespace | None = None) -> list[Result]:
        """The results of an AdmissionRequest, and of what its object expands to; gator expands no requests."""
        review = self._request_review(request, namespace)
        results = self.run(review)
        if self._expander is not None and self.semantics == CLUSTER:
            obj = in_namespace(review.subject_object, request.get("namespace") or "")
            results += self._expanded(obj, review, mutated=True)
        return results

    def _request_review(self, request: dict[str, Any], namespace: Namespace | None) -> Review:
        cluster = self.semantics == CLUSTER
        if cluster and _is_for_namespace(request):
            # Some requests for Namespaces name it as their own namespace, which Gatekeeper takes away.
            request = {name: value for name, value in request.items() if name != "namespace"}
        space = namespace or self.surroundings.namespace_named(request.get("namespace") or "")
        try:
            return request_review(request, space, show_namespace=cluster, placed=cluster)
        except ReviewError as error:
            what = f'{TARGET}: target.HandleReview failed for target "{TARGET}"'
            raise ReviewError(f"{what}: {error.message}") from error

    def mutated(self, obj: kube.Object, *, operation: str = "CREATE", username: str = "") -> kube.Object:
        """The object as the mutators in force leave it; where it named no namespace, it names none afterwards.

        Of an AdmissionReview it is the request's object, in the operation and for the user that the request names.
        """
        if self.unwraps(obj):
            return self._mutated_request(obj)
        placed = self.surroundings.placed(obj)
        after = self._admitted(placed, self.surroundings.namespace_of(placed), operation, username)
        return after if placed is obj else self.surroundings.as_given(after, obj)

    def _mutated_request(self, review: kube.Object) -> kube.Object:
        """The object is mutated as in the request's namespace, and names afterwards the one that it named before."""
        request = _admission_request(review)
        obj = request["object"]
        if obj is None:
            return review
        name = "" if _is_for_namespace(request) else request.get("namespace") or ""
        placed = in_namespace(obj, name)
        username = (request.get("userInfo") or {}).get("username", "")
        after = self._admitted(placed, self.surroundings.namespace_named(name), request["operation"], username)
        if after is placed:
            return review
        metadata = {key: value for key, value in kube.metadata_of(after).items() if key != "namespace"}
        own = kube.namespace_of(obj)
        after = {**after, "metadata": {**metadata, "namespace": own} if own else metadata}
        return {**review, "request": {**review["request"], "object": after}}

    def expanded(self, obj: kube.Object) -> list[kube.Object]:
        """What would come of the object once it is created; in no namespace where it names none."""
        if self._expander is None:
            return []
        if self.unwraps(obj):
            request = _admission_request(obj)
            if request["object"] is None:
                return []
            obj = in_namespace(request["object"], request.get("namespace") or "")
        placed = self.surroundings.placed(obj)
        space = self.surroundings.namespace_of(placed)
        admitted = self._admitted(placed, space, "CREATE", "")
        found = [resultant.object for resultant in self._expander.expand(admitted, space, mutated=True)]
        return found if placed is obj else [self._unplaced(resultant) for resultant in found]

    def _unplaced(self, obj: kube.Object) -> kube.Object:
        """A new object, taken out of the default namespace again."""
        if kube.namespace_of(obj) == self.surroundings.default_namespace:
            del obj["metadata"]["namespace"]
        return obj

    def _admitted(self, obj: kube.Object, space: Namespace | None, operation: str, username: str) -> kube.Object:
        """What the mutation webhook makes of an object, where it is asked."""
        if self._expander is None or operation not in _MUTATED or kube.gvk_of(obj).group in _UNMUTATED:
            return obj
        if self.surroundings.keeps_from_mutation(obj):
            return obj
        return self._expander.mutated(obj, space, operation=operation, username=username)

    def _expanded(self, obj: kube.Object, parent: Review, *, mutated: bool = False) -> list[Result]:
        """The results of what an object expands to; resultants are reviewed in their parent's operation."""
        assert self._expander is not None
        namespace = self.surroundings.parent_of(obj, parent.namespace)
        username = parent.request["userInfo"].get("username", "")
        results = []
        for resultant in self._expander.expand(obj, namespace, username=username, mutated=mutated):
            verifying = self.semantics == GATOR_VERIFY
            space = self.surroundings.namespace_of(resultant.object) if verifying else parent.namespace
            review = object_review(
                resultant.object,
                operation=parent.request["operation"],
                namespace=space,
                source=GENERATED,
                show_namespace=self.semantics == CLUSTER,
            )
            results += [implied(r, resultant.template, resultant.enforcement_action) for r in self.run(review)]
        return results

    def run(self, review: Review) -> list[Result]:
        """What the constraints in force say of a review, by kind and name of the constraint."""
        met = self._meet(review)
        self.pairs += len(met.matched)
        return _together(met, self._evaluate(met.matched, review) if met.matched else [])

    def _meet(self, review: Review) -> Met:
        """The constraints that apply to a review."""
        met = Met(review, [], [])
        if self.surroundings.excludes(review.subject, review.request.get("namespace", "")):
            return met
        mixed = len(review.subjects) > 1 and review.changes_kind
        for entry in self._candidates(review):
            check = entry.constraint.matcher if mixed else entry.check
            if check is not None:
                try:
                    if not _matches(check, review):
                        continue
                except MatchError as error:
                    met.rejected.append(autoreject(entry, review, error))
                    continue
            met.matched.append(entry)
        return met

    def _candidates(self, review: Review) -> Iterable[Entry]:
        entries = self._entries_of(review.subjects[0])
        if len(review.subjects) > 1 and review.changes_kind:
            known = set(map(id, entries))
            entries += tuple(entry for entry in self._entries_of(review.subjects[1]) if id(entry) not in known)
        if self.enforcement_point == WEBHOOK_POINT:
            operation = _operation_of(review)
            return [e for e in entries if e.constraint.template.covers(operation)]
        return entries

    def _entries_of(self, subject: Subject) -> tuple[Entry, ...]:
        entries = self._index.get((subject.group, subject.kind))
        return self._find_entries(subject.group, subject.kind) if entries is None else entries

    def _find_entries(self, group: str, kind: str) -> tuple[Entry, ...]:
        if self._entries is None:
            self._entries = list(self._make_entries())
        found = tuple(e for e in self._entries if e.constraint.matcher.accepts_kind(group, kind))
        self._index[group, kind] = found
        return found

    def _make_entries(self) -> Iterator[Entry]:
        for constraint in self.constraints:
            actions = constraint.actions_at((self.enforcement_point,))
            loaded = self._policies.get(constraint.ref.kind.lower())
            if actions is not None and loaded is not None:
                yield Entry(constraint, loaded, constraint.matcher.rest(), actions)

    def _forget_index(self) -> None:
        self._index = {}
        self._entries = None

    def _evaluate(self, matched: list[Entry], review: Review) -> list[Result]:
        return self._evaluation.of(matched, review)

    def explain(self, obj: kube.Object) -> Iterator[tuple[Constraint, str | None]]:
        """For every constraint the first match criterion that an object fails; None where it applies."""
        review = self._review_to_explain(obj)
        for constraint in self.constraints:
            yield constraint, self._why_not(constraint, review)

    def _review_to_explain(self, obj: kube.Object) -> Review:
        _require_object(obj)
        if self.unwraps(obj):
            return self._request_review(_admission_request(obj), None)
        return self._review_of(obj, "", None, None, None)

    def _why_not(self, constraint: Constraint, review: Review) -> str | None:
        if self.surroundings.excludes(review.subject, review.request.get("namespace", "")):
            return "excluded by the Config"
        if constraint.actions_at((self.enforcement_point,)) is None:
            return f"enforcement point {self.enforcement_point}"
        operation = _operation_of(review)
        if self.enforcement_point == WEBHOOK_POINT and not constraint.template.covers(operation):
            return f"operation {operation}"
        reasons = []
        try:
            for subject in review.subjects:
                reasons.append(constraint.matcher.failure(subject))
                if reasons[-1] is None:
                    return None
        except MatchError as error:
            return f"error: {error.message}"
        return reasons[0]


# --- parts -------------------------------------------------------------------------------------------------------


def _loading_order(document: kube.Object) -> int:
    if is_template(document):
        return 0
    if is_constraint(document) or _is_admission_policy(document):
        return 1
    return 2 if kube.gvk_of(document).group in _TELLING or document.get("kind") == "Namespace" else 3


# What is said of other objects has to be known when those are kept as data.
_TELLING: Final = frozenset(
    {"apiextensions.k8s.io", "config.gatekeeper.sh", "expansion.gatekeeper.sh", "mutations.gatekeeper.sh"}
)


def _answering(options: EvalOptions | None, provider: Provider) -> EvalOptions:
    """Options under which policies can ask the provider."""
    from gatewright.gatekeeper.providers import rego_answers
    from gatewright.runtime.context import DEFAULT_OPTIONS

    return replace(options or DEFAULT_OPTIONS, external_data=rego_answers(provider))


def _require_object(value: object) -> None:
    if not isinstance(value, dict):
        raise UsageError(f"an object of Kubernetes is a dict, not {type(value).__name__}")


def _is_admission_policy(document: kube.Object) -> bool:
    gvk = kube.gvk_of(document)
    return gvk.group == "admissionregistration.k8s.io" and gvk.kind.startswith("ValidatingAdmissionPolicy")


def _admission_request(obj: kube.Object) -> dict[str, Any]:
    from gatewright.gatekeeper.reading.admission import admission_request

    return admission_request(obj)


def _operation_of(review: Review) -> str:
    """The operation that the webhook would be asked in: a plain object is one that is created."""
    operation: str = review.request["operation"]
    return operation or "CREATE"


def _is_for_namespace(request: dict[str, Any]) -> bool:
    kind: dict[str, str] = request["kind"]
    return kind["kind"] == "Namespace" and kind["group"] == ""


def _together(met: Met, results: list[Result]) -> list[Result]:
    """What all constraints say of a review, by kind and name, as those say it that were asked."""
    return sorted([*met.rejected, *results], key=by_constraint) if met.rejected else results


def _seen(
    obj: kube.Object, review: Review | None, pairs: int, results: Sequence[Result], decisions: Iterable[Violation]
) -> Seen:
    if not results and not decisions:
        return Seen([], review, pairs)
    ref = ObjectRef.of(obj)
    violations = [violation_of(result, ref) for result in results]
    violations += decisions
    return Seen(violations, review, pairs, frozenset([r.constraint.ref.kind for r in results if r.failed]))


def _matches(check: Callable[[Subject], bool], review: Review) -> bool:
    for subject in review.subjects:  # noqa: SIM110 - a generator would cost more than the checks
        if check(subject):
            return True
    return False


__all__ = ["AUDIT_POINT", "GATOR_POINT", "GATOR_TEST", "GATOR_VERIFY", "WEBHOOK_POINT", "Host", "Result"]
