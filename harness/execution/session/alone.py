"""A Ray that is of this sweep alone: it listens on loopback, with a token that no file holds.

Ray binds its servers to loopback where the node's address is a loopback address, but its ``init``
replaces such an address by that of a network card (``services.resolve_ip_for_localhost``). Should
that function go, Ray listens on all interfaces again and the token alone keeps others out; the test
of the listening sockets fails then. Should ``AuthenticationTokenLoader`` go, a second session in
one process cannot start with another token.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness.execution.session.replacing import replacing

ADDRESS = "127.0.0.1"
_MODE, _TOKEN, _TOKEN_FILE = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"


@contextmanager
def alone() -> Iterator[dict[str, Any]]:
    """Yield what ``ray.init`` is to be given; the environment is as it was at the end.

    Every process that Ray starts meanwhile inherits the token through its environment, which only
    its own user and root can read.
    """
    from ray._private import services

    before = {name: os.environ.pop(name, None) for name in (_MODE, _TOKEN, _TOKEN_FILE)}
    os.environ[_TOKEN] = secrets.token_hex(32)
    _forget_token()
    try:
        # Without RAY_AUTH_MODE Ray turns authentication on itself, in this process too.
        with replacing(services, resolve_ip_for_localhost=lambda host: host):
            yield {"_node_ip_address": ADDRESS}
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        _forget_token()


def _forget_token() -> None:
    """Make Ray read its token again: it keeps the first that it finds in a process."""
    try:
        from ray._raylet import AuthenticationTokenLoader  # type: ignore[attr-defined]
    except ImportError:
        return
    AuthenticationTokenLoader.instance().reset_cache()
