"""The guarded web server as a process of its own, over a code server that runs elsewhere."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from smallcap.pipelines.instance import open_instance
from smallcap.pipelines.web.services import serve_pages
from smallcap.settings import load_settings


def main() -> None:
    """Serve on the socket whose number is the first argument, with the workspace file that is the second."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    settings = load_settings()
    with open_instance(settings) as instance:
        serve_pages(instance, Path(sys.argv[2]), listening, settings)


if __name__ == "__main__":
    main()
