"""Images made of files for tests, and a registry on this machine that serves them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
TITLE = "org.opencontainers.image.title"
UNPACK = "io.deis.oras.content.unpack"
CHECKSUM = "io.deis.oras.content.digest"


def digest_of(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def descriptor(data, media_type="application/octet-stream", **annotations):
    blob = {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}
    return {**blob, "annotations": annotations} if annotations else blob


def tar_of(*members):
    """A tar of (name, content) for files, of TarInfos for anything else."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                tar.addfile(info, io.BytesIO(member[1]))
    return data.getvalue()


def link(name, aim, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, aim
    return info


class Image:
    """Blobs, and the manifest that names them."""

    def __init__(self):
        self.config = b"{}"
        self.blobs = {digest_of(self.config): self.config}
        self.layers = []

    def add(self, data, said=None, **annotations):
        """A layer; `said` are fields of its descriptor that are not true."""
        self.layers.append({**descriptor(data, **annotations), **(said or {})})
        self.blobs[self.layers[-1]["digest"]] = data
        return self

    def file(self, title, data, **said):
        return self.add(data, said, **{TITLE: title})

    def directory(self, title, archive, **annotations):
        return self.add(gzip.compress(archive, mtime=0), **{TITLE: title, UNPACK: "true", **annotations})

    @property
    def manifest(self):
        config = descriptor(self.config, "application/vnd.oci.empty.v1+json")
        content = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": self.layers}
        return json.dumps(content).encode()


def write_layout(image, directory, *tags):
    """The image as a layout on disk, under tags."""
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    manifest = image.manifest
    for digest, data in {**image.blobs, digest_of(manifest): manifest}.items():
        (blobs / digest.partition(":")[2]).write_bytes(data)
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    index = directory / "index.json"
    known = json.loads(index.read_text())["manifests"] if index.exists() else []
    named = [descriptor(manifest, MANIFEST, **{"org.opencontainers.image.ref.name": tag}) for tag in tags]
    index.write_text(json.dumps({"schemaVersion": 2, "manifests": known + (named or [descriptor(manifest, MANIFEST)])}))
    return directory


class LocalRegistry:
    """Answers requests from a table of paths; `gate` may answer one before that, and `asked` remembers them all."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.gate = lambda request: None
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.content = b""
                registry.serve(self)

            def do_POST(self):
                self.content = self.rfile.read(int(self.headers["Content-Length"]))
                registry.serve(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def serve(self, request):
        self.asked.append(request)
        answer = self.gate(request) or self.answers.get(request.path)
        status, headers, body = answer or (404, {}, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}')
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        with suppress(ConnectionError):  # a client that has seen enough
            request.wfile.write(body)

    def put_manifest(self, repository, data, *names, media_type=MANIFEST):
        for name in (*names, digest_of(data)):
            headers = {"Content-Type": media_type, "Docker-Content-Digest": digest_of(data)}
            self.answers[f"/v2/{repository}/manifests/{name}"] = (200, headers, data)

    def put(self, image, repository, tag):
        """Serve an image; its reference."""
        self.put_manifest(repository, image.manifest, tag)
        for digest, data in image.blobs.items():
            self.answers[f"/v2/{repository}/blobs/{digest}"] = (200, {}, data)
        return f"localhost:{self.port}/{repository}:{tag}"
