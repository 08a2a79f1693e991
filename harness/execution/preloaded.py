"""What a worker that Ray starts in advance imports, and its sign that it has (``prestarted``)."""

from harness.garbage import collect_seldom

collect_seldom()  # before the imports that follow; a trial's process is prepared later

import gc  # noqa: E402
import os  # noqa: E402
from pathlib import Path  # noqa: E402

import harness.execution.worker  # noqa: E402, F401
from harness.execution.session.prestarted import SIGNS  # noqa: E402

gc.freeze()  # what is there now stays, and no collection looks at it again

if folder := os.environ.get(SIGNS):
    Path(folder, str(os.getpid())).touch()
