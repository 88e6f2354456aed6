"""Settings of the preset public: who asks the SEC, from where, and how fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from smallcap.secret_checks import check_contact
from smallcap.setting_checks import check_key_address


class PublicSettings(BaseSettings):
    """Part of the settings; `smallcap.settings` says where they come from."""

    prices: Literal["filings", "yahoo"] = Field(
        "filings",
        description="preset public: prices from filings, or also from Yahoo (needs 'smallcap[yahoo]')",
    )
    sec_contact: Annotated[SecretStr | None, AfterValidator(check_contact)] = Field(
        None, description="your name and mail address, which the SEC asks for; preset public needs it"
    )
    sec_www_url: Annotated[str, AfterValidator(check_key_address)] = Field(
        "https://www.sec.gov", description="address of the SEC's files and archives"
    )
    sec_data_url: Annotated[str, AfterValidator(check_key_address)] = Field(
        "https://data.sec.gov", description="address of the SEC's figures by company"
    )
    sec_search_url: Annotated[str, AfterValidator(check_key_address)] = Field(
        "https://efts.sec.gov", description="address of the SEC's full-text search"
    )
    sec_requests_per_second: float | None = Field(
        None, gt=0, le=1000, description="requests a second to the SEC, in place of those in sec.toml"
    )
    is_filings_sensor_on: bool = Field(
        False, description="preset public: looks each hour in Dagster whether a company of the home filed"
    )
    sec_machines: int = Field(
        1, ge=1, le=1000, description="machines that ask the SEC for you: each takes its part of the limit"
    )
    sec_bulk_companies: int | None = Field(
        None, ge=1, description="companies from which on the SEC's bulk file is fetched, in place of sec.toml"
    )
    rate_dir: Path | None = Field(
        None,
        description="folder of the request records that all homes share; default: the user's state folder",
    )
