"""A shell script split into its simple commands: enough to say which programs run with which words.

Nothing is expanded. Quotes are removed, operators end a command, comments and keywords are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatewright.records import field, record

_KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "!"}
)
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
# The option with which a shell is given its script.
_GIVEN = re.compile(r"-[A-Za-z]*c")
_PREFIXES = frozenset({"command", "env", "exec", "nohup", "time"})
# Scripts within scripts within scripts: deeper than this nobody writes.
_DEEPEST = 5
_OPERATORS = ("&&", "||", ";;", "|&", ";", "|", "&", "\n", "(", ")")


@record(slots=True)
class Command:
    """One simple command; `line` counts from the script's own first line, 0. `before` is the operator in front."""

    words: list[str] = field(default_factory=list)
    line: int = 0
    before: str = ""
    after: str = ""


def commands(script: str, *, depth: int = 0) -> list[Command]:
    """The simple commands of a script, in order, then those of the scripts within it: `$(…)` and `sh -c '…'`."""
    found = _simple(script)
    if depth == _DEEPEST:
        return found
    return [*found, *(inner for command in found for inner in _inner(command, depth + 1))]


def _inner(command: Command, depth: int) -> Iterator[Command]:
    for script in _scripts(command.words):
        for inner in commands(script, depth=depth):
            inner.line += command.line
            yield inner


def _scripts(words: list[str]) -> Iterator[str]:
    if words[0].rpartition("/")[2] in _SHELLS:
        option = next((i for i, word in enumerate(words) if _GIVEN.fullmatch(word)), len(words))
        yield from words[option + 1 : option + 2]
        return
    for word in words:
        i = word.find("$(")
        while i >= 0:
            text, after = _substitution(word, i)
            if not text.startswith("$(("):
                yield text[2:].removesuffix(")")
            i = word.find("$(", after)


def _simple(script: str) -> list[Command]:
    found: list[Command] = []
    current = Command()
    for kind, text, line in _tokens(script):
        if kind == "operator":
            if current.words:
                current.after = text
                found.append(current)
            elif found and text not in ("(", ")", "\n"):
                found[-1].after = text
            current = Command(before=text, line=line)
            continue
        if not current.words:
            if text in _KEYWORDS:
                continue
            current.line = line
        current.words.append(text)
    if current.words:
        found.append(current)
    return [command for command in map(_without_prefixes, found) if command.words]


def _without_prefixes(command: Command) -> Command:
    """`A=1 B=2 make` runs make, and so does `exec env A=1 make`."""
    words = command.words
    while len(words) > 1 and (_is_assignment(words[0]) or (words[0] in _PREFIXES and not words[1].startswith("-"))):
        words = words[1:]
    command.words = words
    return command


def _is_assignment(word: str) -> bool:
    return "=" in word and word.split("=", 1)[0].isidentifier()


def _tokens(script: str) -> list[tuple[str, str, int]]:
    tokens: list[tuple[str, str, int]] = []
    word: list[str] | None = None
    line = start = i = 0
    size = len(script)

    def end_word() -> None:
        nonlocal word
        if word is not None:
            tokens.append(("word", "".join(word), start))
            word = None

    while i < size:
        char = script[i]
        if char in "'\"":
            if word is None:
                word, start = [], line
            text, i, lines = _quoted(script, i)
            word.append(text)
            line += lines
            continue
        if char == "\\" and i + 1 < size:
            if script[i + 1] == "\n":
                line += 1
            else:
                if word is None:
                    word, start = [], line
                word.append(script[i + 1])
            i += 2
            continue
        if script.startswith("$(", i) or script.startswith("${", i):
            if word is None:
                word, start = [], line
            text, i = _substitution(script, i)
            word.append(text)
            line += text.count("\n")
            continue
        if char == "#" and word is None:
            while i < size and script[i] != "\n":
                i += 1
            continue
        operator = next((op for op in _OPERATORS if script.startswith(op, i)), None)
        # `2>&1` and `&>file` are redirections, not the end of a command.
        if operator == "&" and ((word and word[-1].endswith(">")) or script.startswith("&>", i)):
            operator = None
        if operator is not None:
            end_word()
            tokens.append(("operator", operator, line))
            line += operator.count("\n")
            i += len(operator)
            continue
        if char in " \t\r":
            end_word()
        else:
            if word is None:
                word, start = [], line
            word.append(char)
        i += 1
    end_word()
    return tokens


def _quoted(script: str, i: int) -> tuple[str, int, int]:
    quote = script[i]
    i += 1
    text: list[str] = []
    while i < len(script) and script[i] != quote:
        if quote == '"' and script[i] == "\\" and i + 1 < len(script):
            if script[i + 1] not in '"\\$`\n':
                text.append("\\")
            if script[i + 1] != "\n":
                text.append(script[i + 1])
            i += 2
            continue
        text.append(script[i])
        i += 1
    joined = "".join(text)
    return joined, i + 1, joined.count("\n")


def _substitution(script: str, i: int) -> tuple[str, int]:
    closing = {"(": ")", "{": "}"}[script[i + 1]]
    opening = script[i + 1]
    depth, start = 0, i
    i += 1
    while i < len(script):
        if script[i] == opening:
            depth += 1
        elif script[i] == closing:
            depth -= 1
            if depth == 0:
                return script[start : i + 1], i + 1
        i += 1
    return script[start:], len(script)
