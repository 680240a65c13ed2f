"""What goes wrong outside: each time a clear message with its place, the right exit code, and the rest evaluated."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
import subprocess
import sys
import termios
import time
from typing import IO

import pytest

from .conftest import CONSTRAINT, POLICY, config_map

FINDING = "plain has no owner"


def check(command, *args: str, code: int = 2, says: str = "", rest: str = FINDING, **options):
    """A check that also has the object with a violation to look at."""
    ran = command("check", "-p", "policy.yaml", *args, "plain.yaml", **options)
    assert "Traceback" not in ran.out + ran.err
    assert says in ran.out, ran.out + ran.err
    assert rest in ran.out
    assert ran.code == code
    return ran


class TestFiles:
    def test_a_dangling_link(self, command, work):
        (work / "gone.yaml").symlink_to("nowhere")
        check(command, "gone.yaml", says="error: gone.yaml: cannot read: No such file or directory")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads what nobody may read")
    def test_a_file_without_permission(self, command, work):
        (work / "closed.yaml").write_text(config_map("x"))
        (work / "closed.yaml").chmod(0)
        check(command, "closed.yaml", says="error: closed.yaml: cannot read: Permission denied")

    def test_a_socket_is_no_file(self, command, work):
        import socket

        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("odd.yaml")
            check(command, "odd.yaml", says="error: odd.yaml: cannot read: ")

    def test_a_directory_that_holds_itself(self, command, work):
        (work / "loop" / "inner").mkdir(parents=True)
        (work / "loop" / "one.yaml").write_text(config_map("one"))
        (work / "loop" / "inner" / "up").symlink_to("..")
        ran = check(command, "loop", code=1, says="one has no owner")
        assert ran.out.count("one has no owner") == 1

    def test_a_path_that_is_not_there(self, command):
        ran = command("check", "-p", "policy.yaml", "nosuch.yaml")
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == "error: nosuch.yaml: no such file or directory\n"


class TestDocuments:
    def test_broken_yaml_in_the_middle_of_a_stream(self, command, work):
        text = f"{config_map('first')}---\na: [1\nb: {{\n---\n{config_map('last')}"
        (work / "stream.yaml").write_text(text)
        ran = check(command, "stream.yaml", says="error: stream.yaml:7:2: did not find expected ',' or ']'\n  7 | b: {")
        assert "first has no owner" in ran.out
        assert "last has no owner" in ran.out

    @pytest.mark.parametrize(
        "text",
        ["kind: Pod\nmetadata:\n  name: {{ .Values.x }}\n", "{{- if .x }}\nkind: Pod\n", "a: {{ .x }}-y\n"],
    )
    def test_a_template_that_nobody_has_rendered(self, command, work, text):
        (work / "pod.yaml").write_text(f"{config_map('first')}---\n{text}")
        ran = check(command, "pod.yaml", says="  hint: this looks like a template: render it first")
        assert "first has no owner" in ran.out

    def test_a_huge_integer(self, command, work):
        number = "9" * 60
        (work / "huge.yaml").write_text(config_map("huge") + f"data: {{n: {number}}}\n")
        check(command, "huge.yaml", code=1, says="huge has no owner")

    def test_a_document_of_50_megabytes(self, command, work):
        with (work / "big.yaml").open("w") as file:
            file.write(config_map("big") + "data:\n")
            line = "x" * 4000
            for number in range(13_000):
                file.write(f"  k{number}: {line}\n")
        check(command, "big.yaml", says="error: big.yaml:1:1: the document is larger than 32 MiB\n")

    def test_an_alias_bomb(self, command, work):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
        (work / "bomb.yaml").write_text(config_map("bomb") + "\n".join(lines) + "\n")
        ran = check(command, "bomb.yaml", says="document contains excessive aliasing\n")
        assert "  hint: this is how alias bombs look" in ran.out

    def test_invalid_utf8(self, command, work):
        (work / "latin.yaml").write_bytes(b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: caf\xe9}\n")
        check(command, "latin.yaml", says="error: latin.yaml:3:21: invalid UTF-8: byte 0xe9\n")

    def test_what_is_no_object(self, command, work):
        (work / "list.yaml").write_text("- 1\n---\nfoo: bar\n")
        ran = check(command, "list.yaml", says="error: list.yaml:1:1: not a Kubernetes object: the document is a list")
        assert "list.yaml:3:1: not a Kubernetes object: it has no apiVersion and kind" in ran.out


class TestPolicies:
    def test_a_template_that_does_not_compile_shows_its_line(self, command, work):
        other = POLICY.replace("name: needowner", "name: needother").replace("NeedOwner", "NeedOther")
        (work / "bad.yaml").write_text(other.replace("sprintf(", "sprintff("))
        says = "error: bad.yaml:21:24: rego_type_error: undefined function sprintff\n"
        ran = check(command, "-p", "bad.yaml", says=says)
        assert "\n  21 |                 msg := sprintff(" in ran.out
        assert "  hint: did you mean sprintf?" in ran.out

    def test_a_constraint_without_template(self, command, work):
        (work / "orphan.yaml").write_text(CONSTRAINT.replace("NeedOwner", "NeedNothing"))
        check(command, "-p", "orphan.yaml", says='template "neednothing" not found\n  3 | metadata: {name: owners}')

    def test_an_unknown_match_key(self, command, work):
        (work / "match.yaml").write_text(CONSTRAINT.replace("owners", "second").replace("{kinds:", "{kindz:"))
        says = "error: match.yaml:5:11: invalid Constraint: unknown fields: [spec.match."
        check(command, "-p", "match.yaml", says=says)

    def test_a_stray_file_among_the_policies(self, command, work):
        (work / "policies").mkdir()
        (work / "policies" / "values.yaml").write_text("size: 1\n")
        says = "error: policies/values.yaml:1:1: not a Kubernetes object: it has no apiVersion and kind\n"
        check(command, "-p", "policies", says=says)

    def test_rego_that_nobody_asks(self, command, work):
        (work / "policies").mkdir()
        (work / "policies" / "pods.rego").write_text('package pods\n\ndeny contains "no" if input.x\n')
        ran = command("check", "-p", "policies", "plain.yaml")
        assert ran.code == 2
        assert "error: no constraints in policies\n  hint: of the Rego in a directory only `package main` is" in ran.err

    def test_an_unknown_set(self, command):
        ran = command("check", "-p", "pss-restrictd", "plain.yaml")
        assert ran.code == 2
        assert "error: pss-restrictd: no such file or directory, nor a policy set\n  hint: " in ran.err


def wait_until_read(pipe: IO[bytes]) -> None:
    """Until the reader has taken all that was written."""
    while int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder):
        time.sleep(0.01)


class TestOutput:
    def test_a_reader_that_goes_away(self, command, work):
        (work / "many.yaml").write_text("---\n".join(config_map(f"m{i}") for i in range(3000)))
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with command("check", "-p", "policy.yaml", "many.yaml", start=True, **piped) as process:
            assert process.stdout.readline() == b"many.yaml\n"
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 141

    def test_ctrl_c(self, command, work):
        piped = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
        with command("check", "-p", "policy.yaml", "-", start=True, **piped) as process:
            process.stdin.write(b"#\n")
            process.stdin.flush()
            wait_until_read(process.stdin)
            # Python takes no notice of a signal that comes just before a read, until the next one.
            while process.poll() is None:
                process.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(5)
            assert process.stderr.read() == b"\ninterrupted\n"
        assert process.returncode == 130

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
    def test_a_full_disk(self, command):
        with open("/dev/full", "wb") as full:
            ran = command("check", "-p", "policy.yaml", "plain.yaml", stdout=full)
        assert (ran.code, ran.err) == (2, "error: output: No space left on device\n")

    def test_a_device_is_written_to_and_not_replaced(self, command):
        if not os.path.exists("/dev/full"):
            pytest.skip("this system has no /dev/full")
        ran = command("check", "-p", "policy.yaml", "plain.yaml", "--output", "/dev/full")
        assert (ran.code, ran.err) == (2, "error: cannot write /dev/full: No space left on device\n")
        assert stat.S_ISCHR(os.stat("/dev/full").st_mode)

    def test_a_directory_that_is_not_there(self, command):
        ran = command("check", "-p", "policy.yaml", "plain.yaml", "--output", "nowhere/report.txt")
        assert (ran.code, ran.err) == (2, "error: cannot write nowhere/report.txt: No such file or directory\n")


class TestOurBugs:
    def test_are_said_to_be_ours(self, cli, monkeypatch):
        from gatewright.checking import session

        monkeypatch.delenv("GATEWRIGHT_DEBUG", raising=False)
        monkeypatch.setattr(session, "make_renderer", lambda *_, **__: {}["no such renderer"])
        ran = cli("check", "-p", "policy.yaml", "plain.yaml")
        assert ran.code == 3
        assert ran.err.startswith("gatewright has a bug: KeyError: ")
