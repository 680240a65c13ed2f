"""Images of policies through `gatewright gator --image`: from a registry on this machine, and from layouts."""

from __future__ import annotations

import base64
import io
import json
import os
import tarfile

import pytest

from gatewright.gator import main

from .images import (
    CHECKSUM,
    INDEX,
    TITLE,
    UNPACK,
    Image,
    LocalRegistry,
    descriptor,
    digest_of,
    link,
    tar_of,
    write_layout,
)

FOUND = 'v1/Pod p: ["c"] Message: "p has no label owner"\n'
TEMPLATE = b"""\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: needslabel}
spec:
  crd: {spec: {names: {kind: NeedsLabel}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package needslabel
        violation[{"msg": "p has no label owner"}] { not input.review.object.metadata.labels.owner }
"""
CONSTRAINT = b"""\
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: NeedsLabel
metadata: {name: c}
spec: {match: {kinds: [{apiGroups: [""], kinds: [Pod]}]}}
"""
POD = b"{apiVersion: v1, kind: Pod, metadata: {name: p}}"


def policies():
    return Image().file("t.yaml", TEMPLATE).file("below/c.yml", CONSTRAINT).file("README.md", b"- [")


def folder(name):
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    return info


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """A directory with one Pod, no log-ins, and a place for what is unpacked."""
    (tmp_path / "bundles").mkdir()
    (tmp_path / "pod.yaml").write_bytes(POD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def registry():
    registry = LocalRegistry()
    yield registry
    registry.server.shutdown()
    registry.server.server_close()


def gator_test(image, *argv):
    out, err = io.StringIO(), io.StringIO()
    words = ["test", "-f=pod.yaml", "--image", image, "--tempdir=bundles", *argv]
    code = main(words, out=out, err=err, read_stdin=lambda: None)
    assert os.listdir("bundles") == [], "what was unpacked is gone"
    return code, out.getvalue(), err.getvalue()


def fault(image):
    code, out, err = gator_test(image)
    assert (code, out) == (1, "")
    return err.removeprefix(f'reading: pulling image: pulling artifact "{image}": ').removesuffix("\n")


def login(**config):
    with open("config.json", "w") as file:
        json.dump(config, file)


def test_files_with_titles(registry):
    assert gator_test(registry.put(policies(), "team/policies", "v1")) == (1, FOUND, "")


def test_a_directory_that_was_packed(registry):
    archive = tar_of(folder("p"), ("p/t.yaml", TEMPLATE), folder("p/x"), ("p/x/c.yaml", CONSTRAINT))
    image = Image().directory("p", archive, **{CHECKSUM: digest_of(archive)})
    assert gator_test(registry.put(image, "p", "v1")) == (1, FOUND, "")


def test_links_inside_a_packed_directory(registry):
    archive = tar_of(folder("p"), ("p/t", TEMPLATE), link("p/t.yaml", "t"), ("p/c", CONSTRAINT), link("p/c.yaml", "c"))
    assert gator_test(registry.put(Image().directory("p", archive), "p", "v1")) == (1, FOUND, "")


def test_by_digest_by_latest_and_through_an_index(registry):
    image = policies()
    registry.put(image, "p", "latest")
    index = json.dumps({"mediaType": INDEX, "manifests": [descriptor(image.manifest, image_type())]}).encode()
    registry.put_manifest("p", index, "all", media_type=INDEX)
    host = f"localhost:{registry.port}"
    for reference in ("p", f"p@{digest_of(image.manifest)}", f"p:other@{digest_of(image.manifest)}", "p:all"):
        assert gator_test(f"{host}/{reference}") == (1, FOUND, ""), reference


def image_type():
    return json.loads(policies().manifest)["mediaType"]


def test_one_blob_under_two_names_is_two_files(registry):
    image = policies().file("again.yaml", TEMPLATE)
    code, out, err = gator_test(registry.put(image, "p", "v1"))
    assert (code, out) == (1, FOUND)
    assert 'Resource named "needslabel" (from file: "bundles/gator-bundle-' in err
    assert f'/t.yaml", image: "localhost:{registry.port}/p:v1") is already defined in file: "bundles' in err


def test_expand_takes_images_too(registry):
    image = registry.put(policies(), "p", "v1")
    out = io.StringIO()
    assert main(["expand", "-i", image], out=out, err=io.StringIO(), read_stdin=lambda: None) == 0


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("policies", "missing registry or repository"),
        ("localhost:1/Policies", 'invalid repository "Policies"'),
        ("localhost:1/p:a/b", 'invalid tag "a/b"'),
        ("localhost:1/p@sha256:12", 'invalid digest "sha256:12": invalid checksum digest length'),
        ("localhost:1/p@md5:12", 'invalid digest "md5:12": unsupported digest algorithm'),
        ("a b/c", 'invalid registry "a b"'),
    ],
)
def test_references_that_are_none(reference, words):
    code, _, err = gator_test(reference)
    want = f'reading: pulling image: parsing OCI reference "{reference}": invalid reference: {words}\n'
    assert (code, err) == (1, want)


def test_what_is_not_there(registry):
    base = f"localhost:{registry.port}/p"
    assert fault(f"{base}:v1") == f'failed to perform "FetchReference" on source: {base}:v1: not found'
    image = policies()
    missing = image.layers[0]["digest"]
    reference = registry.put(image, "p", "v1")
    del registry.answers[f"/v2/p/blobs/{missing}"]
    assert fault(reference) == f'failed to perform "Fetch" on source: {missing}: not found'


def test_no_registry_at_all():
    url = "http://127.0.0.1:1/v2/p/manifests/v1"
    want = (
        f'failed to perform "FetchReference" on source: Get "{url}": dial tcp 127.0.0.1:1: connect: connection refused'
    )
    assert fault("127.0.0.1:1/p:v1") == want


def test_what_a_registry_says_of_its_errors(registry):
    errors = [{"code": "DENIED", "message": "no", "detail": {"a": [1]}}, {"code": "NAME_UNKNOWN"}]
    registry.answers["/v2/p/manifests/v1"] = (403, {}, json.dumps({"errors": errors}).encode())
    assert fault(f"localhost:{registry.port}/p:v1").endswith("code 403: denied: no: map[a:[1]]; name unknown")
    registry.answers["/v2/p/manifests/v1"] = (500, {}, b"oops")
    assert fault(f"localhost:{registry.port}/p:v1").endswith("code 500: Internal Server Error")


def changed_content():
    image = policies()
    digest = image.layers[0]["digest"]
    image.blobs[digest] = image.blobs[digest].replace(b"owner", b"ownex")
    return image


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (changed_content(), "mismatched digest"),
        (Image().file("t.yaml", TEMPLATE, size=3), "mismatch Content-Length"),
        (Image().file("t.yaml", TEMPLATE, size=1 << 40), "size exceeds limit"),
        (Image().file("t.yaml", TEMPLATE, size=-1), "invalid descriptor size"),
        (Image().file("t.yaml", TEMPLATE, digest="sha256:../../x"), "failed to validate sha256:../../x"),
        (Image().file("../t.yaml", TEMPLATE), "path traversal disallowed"),
        (Image().file("/etc/t.yaml", TEMPLATE), "path traversal disallowed"),
        (Image().file("t.yaml", TEMPLATE).file("t.yaml", CONSTRAINT), "t.yaml: duplicate name"),
        (
            Image().add(b"x" * ((4 << 20) + 1)),
            "content size 4194305 exceeds push size limit 4194304: size exceeds limit",
        ),
        (Image().directory("p", tar_of(("p/../../t.yaml", TEMPLATE))), '"p/../../t.yaml" is outside of "p"'),
        (Image().directory("p", tar_of(("q/t.yaml", TEMPLATE))), '"q/t.yaml" is outside of "p"'),
        (Image().directory("p", tar_of(("/etc/t.yaml", TEMPLATE))), '"/etc/t.yaml" is outside of "p"'),
        (Image().directory("p", tar_of(link("p/l", "/etc"))), "is outside of"),
        (Image().directory("p", tar_of(link("p/l.yaml", "../../../x.yaml"))), "is outside of"),
        (Image().directory("p", tar_of(link("p/l.yaml", "/etc/passwd", tarfile.LNKTYPE))), "is outside of"),
        (
            Image().directory("p", tar_of(folder("p/a"), link("p/l", "a"), ("p/l/t.yaml", TEMPLATE))),
            'no symbolic link allowed between "p" and "p/l/t.yaml"',
        ),
        (Image().directory("p", b"hello" * 300), "archive/tar: invalid tar header"),
        (Image().add(b"hello, world", **{TITLE: "p", UNPACK: "true"}), "gzip: invalid header"),
        (Image().directory("p", tar_of(("p/t", b"")), **{CHECKSUM: digest_of(b"")}), "content digest mismatch"),
    ],
)
def test_what_is_not_what_it_is_said_to_be(registry, image, words):
    assert words in fault(registry.put(image, "p", "v1"))


def test_an_archive_that_would_fill_the_disk(registry, monkeypatch):
    monkeypatch.setattr("gatewright.oci.store._MAX_UNPACKED", 1 << 16)
    image = Image().directory("p", tar_of(("p/zeros", bytes(1 << 20))))
    assert "unpacked content exceeds" in fault(registry.put(image, "p", "v1"))


def test_a_manifest_that_the_digest_does_not_name(registry):
    image = policies()
    registry.put(image, "p", "v1")
    wanted = digest_of(b"another")
    registry.answers[f"/v2/p/manifests/{wanted}"] = registry.answers["/v2/p/manifests/v1"]
    assert "digest mismatch in Docker-Content-Digest" in fault(f"localhost:{registry.port}/p@{wanted}")
    kind = {"Content-Type": image_type()}
    registry.answers["/v2/p/manifests/v2"] = (200, {**kind, "Docker-Content-Digest": wanted}, image.manifest)
    assert fault(f"localhost:{registry.port}/p:v2") == 'failed to perform "Successors" on source: mismatched digest'


def basic(user, password):
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def asks(registry, challenge, wanted):
    """Has requests for images answered only with the right header."""

    def gate(request):
        if request.path.startswith("/v2/") and request.headers.get("Authorization") != wanted:
            return 401, {"WWW-Authenticate": challenge}, b""
        return None

    registry.gate = gate


def test_a_name_and_password(registry):
    reference = registry.put(policies(), "p", "v1")
    asks(registry, 'Basic realm="here"', f"Basic {basic('me', 'secret')}")
    assert fault(reference).endswith("basic credential not found")
    login(auths={f"localhost:{registry.port}": {"auth": basic("me", "secret")}})
    assert gator_test(reference) == (1, FOUND, "")
    login(auths={f"https://localhost:{registry.port}/v1/": {"username": "me", "password": "secret"}})
    assert gator_test(reference) == (1, FOUND, "")


def test_a_token_for_anybody(registry):
    reference = registry.put(policies(), "p", "v1")
    realm = f"http://localhost:{registry.port}/token"
    asks(registry, f'Bearer realm="{realm}",service="s",scope="repository:p:push"', "Bearer T")
    registry.answers["/token?scope=repository%3Ap%3Apull%2Cpush&service=s"] = (200, {}, b'{"token": "T"}')
    assert gator_test(reference) == (1, FOUND, "")
    (token,) = [request for request in registry.asked if request.path.startswith("/token")]
    assert "Authorization" not in token.headers


def test_a_token_for_a_name_and_password_or_for_another_token(registry):
    reference = registry.put(policies(), "p", "v1")
    host = f"localhost:{registry.port}"
    asks(registry, f'Bearer realm="http://{host}/token"', "Bearer T")
    for path in ("/token?scope=repository%3Ap%3Apull", "/token"):
        registry.answers[path] = (200, {}, b'{"access_token": "T"}')
    login(auths={host: {"auth": basic("me", "secret")}})
    assert gator_test(reference) == (1, FOUND, "")
    assert [r.headers["Authorization"] for r in registry.asked if r.path.startswith("/token")] == [
        f"Basic {basic('me', 'secret')}"
    ]
    login(auths={host: {"identitytoken": "R"}})
    assert gator_test(reference) == (1, FOUND, "")
    (asked,) = [request.content for request in registry.asked if request.command == "POST"]
    assert asked.endswith(b"&grant_type=refresh_token&refresh_token=R&scope=repository%3Ap%3Apull&service=")
    login(auths={host: {"registrytoken": "T"}})
    assert gator_test(reference) == (1, FOUND, "")


def test_a_program_that_keeps_log_ins(registry, tmp_path, monkeypatch):
    reference = registry.put(policies(), "p", "v1")
    asks(registry, 'Basic realm="here"', f"Basic {basic('me', 'secret')}")
    helper = tmp_path / "docker-credential-vault"
    helper.write_text('#!/bin/sh\necho \'{"Username": "me", "Secret": "secret"}\'\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    login(credsStore="vault")
    assert gator_test(reference) == (1, FOUND, "")
    login(credHelpers={f"localhost:{registry.port}": "missing"})
    assert fault(reference).endswith('exec: "docker-credential-missing": executable file not found in $PATH')


@pytest.mark.parametrize(
    ("realm", "words"),
    [
        ("ftp://registry.example/token", 'uses unsupported scheme "ftp"'),
        ("http://10.0.0.1/token", 'host "10.0.0.1" is a loopback, link-local, private, or unspecified address'),
        ("http://169.254.169.254/token", "link-local"),
    ],
)
def test_a_token_is_not_asked_for_anywhere(registry, realm, words):
    asks(registry, f'Bearer realm="{realm}"', "never")
    assert words in fault(registry.put(policies(), "p", "v1"))


def test_redirects_are_followed_without_the_log_in(registry):
    image = policies()
    reference = registry.put(image, "p", "v1")
    digest = image.layers[0]["digest"]
    registry.answers["/elsewhere"] = registry.answers[f"/v2/p/blobs/{digest}"]
    registry.answers[f"/v2/p/blobs/{digest}"] = (307, {"Location": f"http://127.0.0.1:{registry.port}/elsewhere"}, b"")
    login(auths={f"localhost:{registry.port}": {"auth": basic("me", "secret")}})
    asks(registry, 'Basic realm="here"', f"Basic {basic('me', 'secret')}")
    assert gator_test(reference) == (1, FOUND, "")
    (followed,) = [request for request in registry.asked if request.path == "/elsewhere"]
    assert "Authorization" not in followed.headers


def test_a_configuration_that_cannot_be_read(registry):
    reference = registry.put(policies(), "p", "v1")
    for text in ("{", "[]", '{"auths": [1]}'):
        with open("config.json", "w") as file:
            file.write(text)
        code, _, err = gator_test(reference)
        assert code == 1
        assert err.startswith("reading: pulling image: new auth client: failed to decode config file ")


def test_no_directory_to_unpack_into(registry):
    out, err = io.StringIO(), io.StringIO()
    words = ["test", "-i", registry.put(policies(), "p", "v1"), "-d", "missing"]
    assert main(words, out=out, err=err, read_stdin=lambda: None) == 1
    want = 'creating temporary policy directory under path "missing": stat missing: no such file or directory'
    assert err.getvalue() == f"reading: pulling image: {want}\n"


def test_a_layout_on_disk(tmp_path):
    write_layout(policies(), tmp_path / "layout", "v1")
    for image in ("layout", "./layout", "oci:layout", "oci:layout:v1", f"oci:layout@{digest_of(policies().manifest)}"):
        assert gator_test(image) == (1, FOUND, ""), image


def test_a_layout_in_a_tar(tmp_path):
    layout = write_layout(policies(), tmp_path / "layout", "v1")
    with tarfile.open("plain.tar", "w") as plain, tarfile.open("zipped.tar.gz", "w:gz") as zipped:
        plain.add(layout, ".")
        zipped.add(layout, "")
    for image in ("plain.tar", "oci:plain.tar", "oci:zipped.tar.gz:v1"):
        assert gator_test(image) == (1, FOUND, ""), image


def test_a_layout_of_several_images(tmp_path):
    write_layout(Image().file("t.yaml", b"a: ["), tmp_path / "layout", "broken")
    write_layout(policies(), tmp_path / "layout", "v1", "v2")
    assert gator_test("oci:layout:v1") == (1, FOUND, "")
    assert fault("oci:layout").endswith("layout: holds 3 images; say which, with :TAG or @DIGEST; tags: broken, v1, v2")
    assert fault("oci:layout:v3").endswith("layout:v3: not found; tags: broken, v1, v2")


def test_layouts_that_are_none(tmp_path):
    (tmp_path / "empty").mkdir()
    assert gator_test("oci:nowhere")[2].endswith('OCI image layout "nowhere": no such file or directory\n')
    assert gator_test("oci:empty")[2].endswith('OCI image layout "empty": no file oci-layout in it\n')
    (layout := write_layout(policies(), tmp_path / "layout")).joinpath("index.json").unlink()
    assert fault("layout").endswith(f"{layout.name}: no file index.json in it")


def test_a_layout_whose_blobs_are_others(tmp_path):
    layout = write_layout(policies(), tmp_path / "layout")
    blob = layout / "blobs/sha256" / digest_of(TEMPLATE).partition(":")[2]
    blob.write_bytes(TEMPLATE.replace(b"owner", b"ownex"))
    assert fault("layout").endswith("mismatched digest")
    blob.unlink()
    assert fault("layout").endswith(f"{digest_of(TEMPLATE)}: not found")


def test_check_takes_images(registry, tmp_path, capsys):
    from gatewright.cli.app import invoke

    write_layout(policies(), tmp_path / "layout", "v1")
    remote = registry.put(policies(), "p", "v1")
    for image in ("oci:layout", "oci:layout:v1", f"oci://{remote}"):
        assert invoke(["check", "-p", image, "pod.yaml"]) == 1, image
        assert "p has no label owner" in capsys.readouterr().out


def test_two_images_and_standard_input(registry):
    """As in gator's own command-line tests: directories pushed by their names, one image each, objects piped in."""
    templates = Image().directory("templates", tar_of(folder("templates"), ("templates/t.yaml", TEMPLATE)))
    constraints = Image().directory("constraints", tar_of(folder("constraints"), ("constraints/c.yaml", CONSTRAINT)))
    images = [registry.put(templates, "templates", "v1"), registry.put(constraints, "constraints", "v1")]
    out, err = io.StringIO(), io.StringIO()
    words = ["test", *(f"--image={image}" for image in images), "-o=yaml"]
    assert main(words, out=out, err=err, read_stdin=lambda: POD) == 1
    assert "msg: p has no label owner" in out.getvalue()
