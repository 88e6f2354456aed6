"""The command `serve`: the UI's guarded web server, Dagster's daemon and a code server, each kept running."""

from __future__ import annotations

from smallcap.pipelines.web.group import serve_group
from smallcap.settings import Settings

SUPERVISOR = "smallcap.pipelines.web.supervisor"


def serve(settings: Settings, port: int) -> None:
    """Serve a home at the address of the setting `bind`, until a signal comes.

    Parameters
    ----------
    settings
        The settings; the home is passed as SMALLCAP_HOME.
    port
        The port; 0 takes a free one.

    Raises
    ------
    InputError
        When other machines could reach it and there is no token, the port is taken, the home cannot be
        written to, or Dagster refuses its dagster.yaml or cannot reach its database.
    SmallcapError
        When a process ends again and again, or the one that looks after them ends.
    """
    serve_group(settings, port, SUPERVISOR, {}, "`smallcap serve`")
