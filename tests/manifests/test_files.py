"""Which files are manifests, and what cannot be read."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from gatewright.errors import ManifestError, UsageError
from gatewright.manifests import Document, find_files, read_paths


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.yaml", "a.yml", "c.json", "notes.txt", "sub/d.yaml", "sub/deep/e.yaml", ".hidden/f.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{{"name": "{name}"}}\n')
    return tmp_path


def names(tree: Path, **options: object) -> list[str]:
    return [os.path.relpath(file, tree) for file in find_files([tree], **options)]  # type: ignore[arg-type]


def test_directories_are_searched_in_order(tree: Path) -> None:
    assert names(tree) == [".hidden/f.yaml", "a.yml", "b.yaml", "c.json", "sub/d.yaml", "sub/deep/e.yaml"]


@pytest.mark.parametrize("pattern", ["sub/", "sub/**", "**/deep/../*"])
def test_exclude(tree: Path, pattern: str) -> None:
    assert "a.yml" in names(tree, exclude=[pattern])
    if pattern.startswith("sub"):
        assert not [name for name in names(tree, exclude=[pattern]) if name.startswith("sub")]


def test_ignore_file(tree: Path) -> None:
    (tree / ".gatewrightignore").write_text("# not ours\n*.json\ndeep/\n!b.yaml\n")
    assert names(tree) == [".hidden/f.yaml", "a.yml", "b.yaml", "sub/d.yaml"]


def test_links(tree: Path) -> None:
    (tree / "sub" / "back").symlink_to(tree, target_is_directory=True)
    (tree / "linked.yaml").symlink_to(tree / "notes.txt")
    found = names(tree)
    assert "linked.yaml" in found
    assert "sub/back/b.yaml" not in found


def test_named_files_are_read_whatever_they_are_called(tree: Path) -> None:
    documents = list(read_paths([tree / "notes.txt", tree / "notes.txt"]))
    assert [document.value for document in documents if isinstance(document, Document)] == [{"name": "notes.txt"}]


def test_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        list(read_paths([tmp_path / "gone.yaml"]))


def test_what_cannot_be_read_does_not_stop_the_rest(tree: Path) -> None:
    (tree / "b.yaml").unlink()
    (tree / "b.yaml").symlink_to(tree / "nowhere")
    items = list(read_paths([tree]))
    faults = [item for item in items if isinstance(item, ManifestError)]
    assert len(items) == 6
    assert [str(fault).removeprefix(str(tree)) for fault in faults] == [
        "/b.yaml: cannot read: No such file or directory"
    ]


def test_standard_input() -> None:
    documents = list(read_paths(["-"], stdin=io.BytesIO(b"a: 1\n---\nb: [\n")))
    assert isinstance(documents[0], Document)
    assert documents[0].file == "stdin"
    assert isinstance(documents[1], ManifestError)
    assert str(documents[1]).startswith("stdin:")
