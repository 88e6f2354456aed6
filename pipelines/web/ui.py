"""The command `ui`: Dagster's web server, code server and daemon, for one machine."""

from __future__ import annotations

from smallcap.pipelines.web.group import serve_group
from smallcap.settings import Settings

SERVICES = "smallcap.pipelines.web.services"


def serve_ui(settings: Settings, port: int) -> None:
    """Serve Dagster's UI and daemon for a home at the address of the setting `bind`, until a signal comes.

    Parameters
    ----------
    settings
        The settings; the home is passed as SMALLCAP_HOME.
    port
        The port; 0 takes a free one.

    Raises
    ------
    InputError
        When other machines could reach it and there is no token, the port is taken, or the home cannot be
        written to.
    SmallcapError
        When the services end by themselves.
    """
    # DAGSTER_IS_DEV_CLI tells Dagster that everything runs on one machine, as `dagster dev` does.
    serve_group(settings, port, SERVICES, {"DAGSTER_IS_DEV_CLI": "1"}, "`smallcap ui`")
