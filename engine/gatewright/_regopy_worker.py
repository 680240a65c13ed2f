"""The process regopy runs in: one JSON request a line on stdin, one JSON answer a line on stdout.

A request is `{"modules": {name: text}, "query": text, "data": …, "input": …}` (`input` absent: no input document); an
answer is `{"value": …}`, `{"undefined": true}` or `{"error": text}`. It may crash on any request; whoever started it
sees the end of its output and starts another.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def answer(request: dict[str, Any]) -> dict[str, Any]:
    from regopy import Interpreter

    interpreter = Interpreter()
    for name, text in request["modules"].items():
        interpreter.add_module(name, text)
    if request.get("data") is not None:
        interpreter.add_data_json(json.dumps(request["data"]))
    if "input" in request:
        interpreter.set_input(request["input"])
    output = interpreter.query(f"x = {request['query']}")
    if not output.ok:
        return {"error": str(output)}
    bindings = output.results[0].bindings if output.results else {}
    return {"value": bindings["x"]} if "x" in bindings else {"undefined": True}


def main() -> None:
    # rego-cpp writes its diagnostics to standard output itself; keep a private copy for the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # rego-cpp's own errors come in several classes
            reply = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
