"""Finds the browser that the tests open: an installed one, else Playwright's own, downloaded into the checkout."""

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# What no page sees of the browser's own face: each tab has two pages for the menu of its address bar, which take more of the processor
# than the page that is tested. The others are those that Playwright turns off for every browser; this list takes the place of its own.
OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(OFF)}",
]


def installed() -> str | None:
    """Path of a browser that is already there: the system's, or the one Playwright downloaded before."""
    found = [p for p in map(shutil.which, NAMES) if p] + [
        p for p in APPLICATIONS if Path(p).exists()
    ]
    return found[0] if found else _downloaded()


def _downloaded() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> int:
    """Make sure that there is a browser, or say the one command that brings it."""
    if installed():
        return 0
    print("No Chrome or Chromium is installed; downloading Playwright's own into .cache/browsers")
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    if done.returncode == 0 and installed():
        return 0
    print(
        "make test needs a browser and could not download one. Install one and try again:\n\n"
        "    sudo apt-get install -y chromium\n",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
