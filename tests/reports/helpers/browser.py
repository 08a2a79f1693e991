"""Pages in headless Chromium, as their scripts leave them."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SECONDS = 120
"""How long a browser may take, on a machine where other tests run."""


def _command(path: Path, *options: str) -> list[str]:
    """A browser without network or profile of its own, for a page."""
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    offline = ["--disable-background-networking", "--disable-component-update"]
    profile = f"--user-data-dir={path.parent}/profile"
    assert CHROMIUM
    return [CHROMIUM, *quiet, *offline, profile, "--window-size=1250,3000", *options, path.as_uri()]


def dumped(path: Path) -> str:
    """Load a page; return its document once it is loaded."""
    command = _command(path, "--virtual-time-budget=5000", "--dump-dom")
    ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
    return ran.stdout


@contextmanager
def _listening(told: "Queue[dict[str, Any]]") -> Iterator[str]:
    """Take what is posted to an address of this machine; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


_COLLECT = """
<script>
addEventListener("message", ({ data }) => {
  fetch("ADDRESS", { method: "POST", mode: "no-cors", body: JSON.stringify(data) });
});
</script>
"""
_FRAME = '<iframe src="{}" width="{}" height="3000"></iframe>'


def said_in_frames(folder: Path, frames: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Load pages in frames of some width, all in one go; return what their scripts post.

    The browser's clock is the real one: with a virtual one it may end before a page has unpacked
    a download, since time then runs on while other threads work.

    Args:
        folder: where the pages are.
        frames: each one's file and width.
    """
    written = [_FRAME.format(name, width) for name, width in frames]
    told: Queue[dict[str, Any]] = Queue()
    page = folder / "all.html"
    with _listening(told) as address:
        collect = _COLLECT.replace("ADDRESS", address)
        page.write_text(f"<body>{collect}{''.join(written)}</body>", encoding="utf-8")
        quiet = subprocess.DEVNULL
        browser = subprocess.Popen(_command(page), stdout=quiet, stderr=quiet)
        try:
            return [told.get(timeout=SECONDS) for _ in written]
        finally:
            browser.kill()
            browser.wait()


def with_script(page: str, script: str, title: str) -> str:
    """Return a page with a script at its end and another title, by which what it posts is known."""
    page = re.sub("<title>.*?</title>", f"<title>{title}</title>", page)
    return page.replace("</body>", f"<script>{script}</script></body>")
