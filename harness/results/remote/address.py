"""The address of a results location: opened as a file system, and safe to show and to send."""

import os
import re
from pathlib import Path
from urllib.parse import quote

from pyarrow import ArrowException, fs

from harness.errors import UserError

_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
_KEYS = re.compile(r"(\w+://)(?:[^/?]*:[^?]*|[^/?]*)@")
"""A secret may have slashes in it; an ``@`` after the first slash is a part of a name."""
_PASSWORD = re.compile(r"(\w[\w+.-]*://[^:/@\s]*):\S*@")
_SECRET_OPTIONS = re.compile(r"([?&])\w*(?:pass|pwd|secret|token)\w*=[^&\s'\"]*&?", re.IGNORECASE)
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")


def label_of(location: str | Path) -> str:
    """Return a location as messages show it: without keys and options."""
    text = str(location)
    if "://" not in text:
        return text
    return _KEYS.sub(r"\1", text).split("?")[0]


def without_password(text: str) -> str:
    """Return the URL of a database, or a text with one in it, without passwords."""
    return _SECRET_OPTIONS.sub(r"\1", _PASSWORD.sub(r"\1@", text))


def opened(location: str) -> tuple[fs.FileSystem, str]:
    """Return the file system of a URI, and the path of the location in it.

    Raises:
        UserError: there is no such kind of location, or keys stand in its address.
    """
    label = label_of(location)
    if _KEYS.match(location):
        raise UserError(
            f"the address of '{label}' has keys in it, which would show in lists of processes, in "
            "logs and in sweep.yaml. Leave them out and set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials."
        )
    uri = complete(location)
    if uri.startswith("s3://") and "allow_delayed_open=" not in uri:
        # One request a small file instead of three, and none that could be left open.
        uri += ("&" if "?" in uri else "?") + "allow_delayed_open=true"
    try:
        filesystem, root = fs.FileSystem.from_uri(uri)
    except (ArrowException, OSError) as error:
        raise UserError(
            f"cannot open '{label}': {error}. A run directory is a path or a URI such "
            "as s3://bucket/run or gs://bucket/run."
        ) from error
    return filesystem, root


def complete(location: str) -> str:
    """Return a location with the endpoint and the region that this process's environment names.

    So it means the same on another machine, whose environment is another one. Keys stay where they
    are: each machine has its own, or a role.
    """
    if not location.startswith("s3://"):
        return location
    path, _, query = location.partition("?")
    options = query.split("&") if query else []
    given = {option.partition("=")[0] for option in options}
    endpoint = next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")
    if endpoint and "endpoint_override" not in given:
        scheme, _, host = endpoint.rpartition("://")
        options.append("endpoint_override=" + quote(host.rstrip("/"), safe=":"))
        if scheme and "scheme" not in given:
            options.append(f"scheme={scheme}")
    region = next((os.environ[name] for name in _REGIONS if os.environ.get(name)), "")
    if region and "region" not in given:
        options.append(f"region={region}")
    return f"{path}?{'&'.join(options)}" if options else path
