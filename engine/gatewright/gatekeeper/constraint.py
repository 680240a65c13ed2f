"""Constraints: checked as Gatekeeper checks them when they are added, and stored with their defaults."""

from __future__ import annotations

from gatewright.errors import ConstraintError
from gatewright.gatekeeper import _field, kube
from gatewright.gatekeeper._decode import DecodeError, from_json
from gatewright.gatekeeper.selector import LABEL_SELECTOR, selector_errors


def check_selectors(constraint: kube.Object) -> None:
    """ConstraintError when a label selector of the match is invalid."""
    for name in ("labelSelector", "namespaceSelector"):
        try:
            selector, found = kube.nested_map(constraint, "spec", "match", name)
            if not found or selector is None:
                continue
            decoded = from_json(selector, LABEL_SELECTOR)
        except kube.AccessError as error:
            raise ConstraintError(error.message) from error
        except DecodeError as error:
            raise ConstraintError(f"Could not convert JSON to LabelSelector: {error.message}") from error
        # Gatekeeper names labelSelector for both.
        if errors := selector_errors(decoded, "spec.labelSelector"):
            raise ConstraintError(_field.aggregate(errors))
