"""What is wrong with a results location, told from the error, and what to do about it."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Literal, Self

Fault = Literal["away", "full", "forbidden", "read-only", "clock", "bucket", "keys", "other"]
"""``away`` passes by itself (no connection, overload, an error of the store); the rest does not."""

_NUMBERS: dict[int, Fault] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "forbidden",
    errno.EPERM: "forbidden",
}

# Arrow passes on the name of the store's error, or the HTTP status where there was no body.
_TEXTS: tuple[tuple[Fault, str], ...] = (
    ("full", r"HTTP status 507|StorageFull|QuotaExceeded|quota"),
    ("clock", r"TIME_TOO_SKEWED|TimeTooSkewed|REQUEST_EXPIRED"),
    ("bucket", r"NO_SUCH_BUCKET|NoSuchBucket|Bucket '.*' not found"),
    (
        "keys",
        r"INVALID_ACCESS_KEY_ID|SIGNATURE_DOES_NOT_MATCH|INVALID_CLIENT_TOKEN|UNRECOGNIZED_CLIENT|"
        r"MISSING_AUTHENTICATION|EXPIRED_TOKEN|ExpiredToken|HTTP status 401|UNAUTHENTICATED",
    ),
    ("forbidden", r"ACCESS_DENIED|AccessDenied|HTTP status 403|PERMISSION_DENIED"),
    ("other", r"curlCode: (35|51|58|60|77|80)\b"),  # certificates: the same the next time
    (
        "away",
        r"NETWORK_CONNECTION|SLOW_DOWN|THROTTLING|SERVICE_UNAVAILABLE|INTERNAL_FAILURE|"
        r"REQUEST_TIMEOUT|HTTP status (408|429|5\d\d)|curlCode|UNAVAILABLE|DEADLINE_EXCEEDED",
    ),
)

_REMEDIES: dict[Fault, str] = {
    "away": "Check the network and the endpoint, then run the same command again: finished trials "
    "are kept.",
    "full": "Nothing half-written was left. Free some space or a quota, then run the same command "
    "again: finished trials are kept.",
    "forbidden": "Check the permissions (of an S3 bucket: s3:ListBucket, s3:GetObject, "
    "s3:PutObject and s3:DeleteObject) or choose another run directory.",
    "read-only": "Mount it writable or choose another run directory.",
    "clock": "This machine's clock is wrong, and the store takes no request that is minutes old or "
    "not yet due: set the clock (NTP).",
    "bucket": "Create the bucket or name another one; unbraid makes none.",
    "keys": "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile in ~/.aws, or the "
    "machine's role: they are missing, wrong or have expired.",
    "other": "Check the permissions or choose another run directory.",
}


def fault(error: OSError) -> Fault:
    """Return what kind of fault an error of a file system or a store speaks of."""
    if error.errno in _NUMBERS:
        return _NUMBERS[error.errno]
    text = str(error)
    return next((kind for kind, pattern in _TEXTS if re.search(pattern, text)), "other")


def described(error: OSError, doing: str, name: str) -> str:
    """Return a message of what failed, why, and what to do.

    Args:
        error: what was raised.
        doing: ``read`` or ``write``.
        name: the file, without keys.
    """
    kind = fault(error)
    failed = f"no room to {doing}" if kind == "full" else f"cannot {doing}"
    why = error.strerror or str(error)  # which has the path of a temporary file in it
    return f"{failed} {name} ({why}). {_REMEDIES[kind]}"


class Heard:
    """A file that is read, whose errors are raised at the end, whatever its reader made of them.

    Where a store breaks off, ZIP's reader says that the file is no ZIP file: it would be told, and
    set aside, as torn.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._error: OSError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._error:
            raise self._error

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or to the end."""
        with self._hearing():
            return self._file.read() if size < 0 else self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place; return where that is."""
        with self._hearing():
            return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Say that places can be gone to."""
        return True

    @contextmanager
    def _hearing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno or fault(error) != "other":  # else a place that the file does not have
                self._error = error
            raise
