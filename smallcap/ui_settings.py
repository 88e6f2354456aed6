"""Settings of the UI: where it listens, and whom it answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from smallcap.secret_checks import check_token
from smallcap.setting_checks import check_bind, check_hosts


class UiSettings(BaseSettings):
    """Part of the settings; `smallcap.settings` says where they come from."""

    bind: Annotated[str, AfterValidator(check_bind)] = Field(
        "127.0.0.1",
        description="address that the UI listens on; one that other machines can reach needs ui_token",
    )
    ui_token: Annotated[SecretStr | None, AfterValidator(check_token)] = Field(
        None, description="what every request to the UI has to show, at least 32 characters; none: nothing"
    )
    allowed_hosts: Annotated[str | None, AfterValidator(check_hosts)] = Field(
        None,
        description=(
            "hosts (host or host:port, separated by commas) other than this machine under which the UI "
            "may be opened"
        ),
    )
