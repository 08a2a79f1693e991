"""Pages in headless Chromium, as their scripts leave them."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def dumped(path: Path, virtual_ms: int = 5000) -> str:
    """Load a page without network or profile; return its document once its scripts have run."""
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    offline = ["--disable-background-networking", "--disable-component-update"]
    assert CHROMIUM
    ran = subprocess.run(
        [
            CHROMIUM,
            *quiet,
            *offline,
            f"--user-data-dir={path.parent}/profile",
            "--window-size=1250,3000",
            f"--virtual-time-budget={virtual_ms}",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return ran.stdout


_COLLECT = """
<script>
const found = [];
addEventListener("message", (event) => {
  found.push(event.data);
  document.body.dataset.found = JSON.stringify(found);
});
</script>
"""
_FRAME = '<iframe src="{}" width="{}" height="3000"></iframe>'


def said_in_frames(folder: Path, frames: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    """Load pages in frames of some width, all in one go; return what their scripts post.

    Args:
        folder: where the pages are.
        frames: each one's file and width.
    """
    written = "".join(_FRAME.format(name, width) for name, width in frames)
    (folder / "all.html").write_text(f"<body>{_COLLECT}{written}</body>", encoding="utf-8")
    (found,) = re.findall(r'data-found="([^"]*)"', dumped(folder / "all.html", 20_000))
    said: list[dict[str, Any]] = json.loads(html.unescape(found))
    return said


def with_script(page: str, script: str, title: str) -> str:
    """Return a page with a script at its end and another title, by which what it posts is known."""
    page = re.sub("<title>.*?</title>", f"<title>{title}</title>", page)
    return page.replace("</body>", f"<script>{script}</script></body>")
