"""Pages in headless Chromium, as their scripts leave them."""

import shutil
import subprocess
from pathlib import Path

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
