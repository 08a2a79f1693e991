"""What a trial's code may change for its whole process, taken down and set back.

A worker runs trial after trial in one process. A method, dataset or metric from outside may set
what all others feel: a default dtype, the working directory, warnings that raise. Global generators
are not here: each trial seeds them.
"""

import gc
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits


class GlobalState:
    """The state of this process when it was made."""

    def __init__(self) -> None:
        self._values = {name: read() for name, (read, _) in STATES.items()}

    def restore(self) -> None:
        """Set everything back that has been changed since."""
        for name, (read, write) in STATES.items():
            changed = True
            with suppress(OSError):  # the working directory may be gone
                changed = read() != self._values[name]
            if changed:
                write(self._values[name])


def _set_device(device: torch.device) -> None:
    # None takes away the mode that looks at every call; any other value adds one.
    torch.set_default_device(None if device.type == "cpu" else device)


def _set_threads(threads: int) -> None:
    torch.set_num_threads(threads)
    threadpool_limits(threads)


def _deterministic() -> tuple[bool, bool]:
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    return torch.are_deterministic_algorithms_enabled(), warn_only


def _set_deterministic(values: tuple[bool, bool]) -> None:
    torch.use_deterministic_algorithms(values[0], warn_only=values[1])


_CUDNN = ("enabled", "benchmark", "deterministic", "allow_tf32")


def _cudnn() -> dict[str, Any]:
    return {name: getattr(torch.backends.cudnn, name) for name in _CUDNN}


def _set_cudnn(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(torch.backends.cudnn, name, value)


def _set_environment(values: Mapping[str, str]) -> None:
    for name in os.environ.keys() - values.keys():
        del os.environ[name]
    os.environ.update(values)


def _set_warnings(filters: list[Any]) -> None:
    warnings.resetwarnings()  # also forgets what warnings the old filters had decided on
    warnings.filters[:] = filters  # type: ignore[index]  # a list, declared as a sequence


def _set_path(path: list[str]) -> None:
    sys.path[:] = path


def _set_gc(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()


STATES: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "default dtype": (torch.get_default_dtype, torch.set_default_dtype),
    "default device": (torch.get_default_device, _set_device),
    "threads": (torch.get_num_threads, _set_threads),
    "deterministic algorithms": (_deterministic, _set_deterministic),
    "cuDNN": (_cudnn, _set_cudnn),
    "matmul precision": (
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    ),
    "gradients": (torch.is_grad_enabled, torch.set_grad_enabled),
    "anomalies": (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "NumPy's errors": (np.geterr, lambda values: np.seterr(**values)),
    "warnings": (lambda: list(warnings.filters), _set_warnings),
    "environment": (lambda: dict(os.environ), _set_environment),
    "working directory": (Path.cwd, os.chdir),
    "import path": (lambda: list(sys.path), _set_path),
    "recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "garbage collection": (gc.isenabled, _set_gc),
}
"""How each is read and written, by name."""
