"""The policies of a check with all that loading them has found out, kept as one file for the next run.

The file belongs to the bytes of the policies, to the options that decide what is made of them, and to the state of
gatewright. It is mapped, and the code of a rule is taken out of it when an object first meets the rule. Policies with
faults are not kept, so that every run says what is wrong.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from gatewright.checking.fingerprint import digest_of, policy_file, policy_files
from gatewright.checking.policies import load, make_host, read_policies
from gatewright.checking.results import Record, RecordWriter, evict, read_record
from gatewright.codegen.cache import CodeCache
from gatewright.errors import GatewrightError
from gatewright.gatekeeper import snapshot
from gatewright.shipped import shipped_stamp
from gatewright.stamp import engine_stamp
from gatewright.userdirs import cache_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from gatewright.checking.fingerprint import Signature
    from gatewright.checking.policies import Policies
    from gatewright.checking.request import CheckRequest
    from gatewright.gatekeeper.host import Host
    from gatewright.manifests import Document

    PolicyFiles = Mapping[str, tuple[Signature | None, bytes]]

MAX_TOTAL_BYTES = 128 << 20


def sets_directory() -> str:
    """Where sets of policies are kept."""
    return os.path.join(cache_directory(), "policies")


class PolicySet:
    """The policies that a request names: kept by an earlier run, or read. `files` are those of the policies as they are
    now, where that is known.

    Raises UsageError for a name that is neither a path nor a shipped set.
    """

    def __init__(self, request: CheckRequest, files: PolicyFiles | None = None) -> None:
        self._request = request
        self._path = _path_for(request, files)
        self._kept = _kept_at(self._path)
        self._codes = _Codes(self._kept) if request.cache else None
        self._policies = read_policies(request) if self._kept is None else None
        # What there will be to keep.
        self._index: dict[str, Any] | None = None if self._kept is None else self._kept.index

    @property
    def notices(self) -> list[str]:
        """What is said of the policies to the user."""
        return list(self._kept.index["notices"] if self._kept is not None else self._read().notices)

    @property
    def uses_catalog(self) -> bool:
        """Whether rules that are shipped with gatewright are among them."""
        return bool(self._kept.index["catalog"] if self._kept is not None else self._read().uses_catalog)

    def host(self, more: Sequence[Document] = ()) -> tuple[Host, list[GatewrightError]]:
        """A host with these policies, and with `more` that are met among the inputs; and what is wrong with them."""
        if self._kept is not None and not more:
            host = make_host(self._request, self._codes)
            snapshot.restore(host, self._kept.index["snapshot"])
            return host, []
        documents = [*self._read().documents, *more]
        host = make_host(self._request, self._code_for(documents))
        errors = [*self._read().errors, *load(host, documents)]
        # What was read is what the name stands for, if the files have not changed meanwhile.
        if self._path and not errors and not more and self._path == _path_for(self._request):
            self._index = self._found_out(host, documents)
        return host, errors

    def is_repeatable(self, more: Sequence[Document] = ()) -> bool:
        """Whether the policies say the same of the same objects the next time."""
        if self._kept is not None and not more:
            return bool(self._kept.index["repeatable"])
        from gatewright.checking.survey import may_change

        return not may_change([*self._read().documents, *more])

    def close(self) -> None:
        """Keep the set, or what was asked of it that was not kept yet."""
        if self._index is None or self._codes is None or not (self._kept is None or self._codes.met):
            return
        writer = RecordWriter(self._path)
        places = {}
        if self._kept is not None:
            places = {key: writer.keep_raw(self._kept.raw(*at)) for key, at in self._kept.index["codes"].items()}
        places |= {key: writer.keep(codes) for key, codes in self._codes.met.items()}
        writer.close({**self._index, "codes": places})
        evict(sets_directory(), MAX_TOTAL_BYTES)

    def _code_for(self, documents: Sequence[Document]) -> CodeCache:
        """Where the code of these policies comes from; made on all cores where there can be none yet."""
        if self._codes is not None and self._codes.is_begun:
            return self._codes
        from functools import partial

        from gatewright.checking.ahead import compiled_ahead
        from gatewright.checking.cores import choose_jobs
        from gatewright.gatekeeper.template import is_template

        templates = [document.value for document in documents if is_template(document.value)]
        made = compiled_ahead(templates, partial(make_host, self._request), choose_jobs(self._request.jobs))
        if self._codes is None:
            return made
        for key, codes in made.codes.items():
            self._codes.put(key, codes)
        return self._codes

    def _read(self) -> Policies:
        if self._policies is None:
            self._policies = read_policies(self._request)
        return self._policies

    def _found_out(self, host: Host, documents: Sequence[Document]) -> dict[str, Any]:
        return {
            "snapshot": snapshot.take(host, [document.value for document in documents]),
            "notices": self._read().notices,
            "catalog": shipped_stamp() if self._read().uses_catalog else b"",
            "repeatable": self.is_repeatable(),
        }


class _Codes(CodeCache):
    """The code of a set's rules from its file, or as it is kept for each rule by itself; `met` is what came so."""

    __slots__ = ("_kept", "_places", "met")

    def __init__(self, kept: Record | None) -> None:
        super().__init__()
        self._kept = kept
        self._places: dict[str, tuple[int, int]] = {} if kept is None else kept.index["codes"]
        self.met: dict[str, list[CodeType]] = {}

    def get(self, key: str) -> list[CodeType] | None:
        at = self._places.get(key)
        if at is not None and self._kept is not None:
            codes: list[CodeType] = self._kept.blob(*at)
            return codes
        found = super().get(key)
        if found is not None:
            self.met[key] = found
        return found

    def put(self, key: str, codes: list[CodeType]) -> None:
        self.met[key] = codes
        super().put(key, codes)


def _path_for(request: CheckRequest, files: PolicyFiles | None = None) -> str:
    """The file that the set of a request would be kept in; "" when it would not be kept."""
    if not request.cache or request.external_data or request.capabilities:
        return ""
    options = (
        request.policies,
        request.engine,
        request.gator_compat,
        request.kubernetes_version,
        request.rules,
        request.exclude_rules,
        request.min_severity,
        request.parameters,
    )
    parts = [engine_stamp().encode(), repr(options).encode("utf-8", "surrogatepass")]
    for path, (of, digest) in (files or _files_of(request)).items():
        if of is None or not digest:
            return ""  # a pipe can be read only once, and what cannot be read is told of every time
        parts += [os.fsencode(path), digest]
    return os.path.join(sets_directory(), digest_of(*parts).hex())


def _files_of(request: CheckRequest) -> PolicyFiles:
    return {path: policy_file(path) for path in policy_files(request.policies)}


def _kept_at(path: str) -> Record | None:
    kept = read_record(path) if path else None
    if kept is not None and kept.index["catalog"] and kept.index["catalog"] != shipped_stamp():
        return None
    return kept
