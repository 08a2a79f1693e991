"""S3 on this machine, as moto serves it, with faults at will: ``python -m ... PORT SHARE`` too.

moto keeps its objects in memory and answers as S3 does; what stands before it here lets a request
fail now and then, by a seeded draw, as a network or a busy store does.
"""

import os
import random
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

REGION = "us-east-1"
BUCKET = "unbraid-test"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "planted-key-id",
    "AWS_SECRET_ACCESS_KEY": "planted-secret",
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class Faults:
    """What happens to requests.

    Attributes:
        share: of requests that fail, half with 503 (some before they are carried out, some after)
            and half by a connection that is cut.
        refused: says of a request (method, path) with what status it is refused; None for not.
        seen: of every request, its method and path.
    """

    share: float = 0.0
    refused: Callable[[str, str], int | None] = lambda method, path: None
    seen: list[tuple[str, str]] = field(default_factory=list)
    seed: int = 0

    def __post_init__(self) -> None:
        self._draws = random.Random(self.seed)
        self._lock = threading.Lock()

    def draw(self) -> str:
        """Return how the next request fares."""
        with self._lock:
            if self._draws.random() >= self.share:
                return "well"
            return self._draws.choice(("503", "503 afterwards", "cut", "cut afterwards"))


ERRORS = {
    403: ("403 Forbidden", "AccessDenied", "Access Denied"),
    500: ("500 Internal Server Error", "InternalError", "We encountered an error"),
    503: ("503 Slow Down", "SlowDown", "Reduce your request rate"),
    507: ("507 Insufficient Storage", "XMinioStorageFull", "Minimum free drive threshold"),
}


class Faulty:
    """A WSGI application before another one."""

    def __init__(self, behind: Any, faults: Faults) -> None:
        self.behind, self.faults = behind, faults

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path.startswith("/moto-api"):
            return self.behind(environ, start)  # type: ignore[no-any-return]
        self.faults.seen.append((method, path))
        status = self.faults.refused(method, path)
        how = self.faults.draw()
        if status is None and how == "well":
            return self.behind(environ, start)  # type: ignore[no-any-return]
        if how.endswith("afterwards"):  # carried out, and nobody hears of it
            list(self.behind(environ, lambda *_: lambda _: None))
        else:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if status is None and how.startswith("cut"):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        line, code, text = ERRORS[status or 503]
        body = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>".encode()
        start(line, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body if method != "HEAD" else b""]


@dataclass
class Store:
    """A running server."""

    port: int
    faults: Faults
    bucket: str = BUCKET

    def uri(self, name: str = "run") -> str:
        """Return the location of a run directory in its bucket."""
        return f"s3://{self.bucket}/{name}?scheme=http&endpoint_override=127.0.0.1:{self.port}"


def server(port: int, faults: Faults) -> Any:
    """Return a server on loopback that has not begun to serve."""
    import logging

    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    application = Faulty(DomainDispatcherApplication(create_backend_app), faults)
    return make_server("127.0.0.1", port, application, threaded=True)


def make_bucket(port: int, bucket: str = BUCKET, *, empty: bool = False) -> None:
    """Make a bucket if it is not there; empty it if asked to."""
    import boto3

    store = boto3.resource(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    store.create_bucket(Bucket=bucket)
    if empty:
        store.Bucket(bucket).objects.all().delete()


@contextmanager
def serving(bucket: str = BUCKET, faults: Faults | None = None) -> Iterator[Store]:
    """Serve in a thread of this process, with an empty bucket.

    All servers of a process have their objects in common: those that live at the same time need
    buckets of different names.
    """
    pytest.importorskip("moto.server", reason="needs moto (pip install 'moto[server,s3]')")
    faults = faults or Faults()
    running = server(0, faults)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    make_bucket(running.server_port, bucket, empty=True)
    try:
        yield Store(running.server_port, faults, bucket)
    finally:
        running.shutdown()
        thread.join()


if __name__ == "__main__":
    port, share = int(sys.argv[1]), float(sys.argv[2])
    os.environ.update(CREDENTIALS)
    running = server(port, Faults(share))
    threading.Timer(
        0.2, lambda: (make_bucket(running.server_port), print("serves", flush=True))
    ).start()
    running.serve_forever()
