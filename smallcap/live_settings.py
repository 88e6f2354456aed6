"""Settings of live sources: addresses and keys, limits of requests, and how complete a delivery must be."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from smallcap.secret_checks import check_key
from smallcap.setting_checks import check_key_address

PlanName = Literal["free", "pro", "max", "redistribution"]


class LiveSettings(BaseSettings):
    """Part of the settings; `smallcap.settings` says where they come from."""

    xfinlink_api_key: Annotated[SecretStr | None, AfterValidator(check_key)] = Field(
        None, description="the vendor's key; preset xfinlink needs it"
    )
    xfinlink_plan: PlanName = Field(
        "pro", description="the vendor's plan: its limits are in data/reference/xfinlink_plans.toml"
    )
    xfinlink_base_url: Annotated[str, AfterValidator(check_key_address)] = Field(
        "https://api.xfinlink.com", description="address of the data vendor"
    )
    xfinlink_requests_per_day: int | None = Field(
        None, ge=1, description="requests a day, in place of the plan's"
    )
    xfinlink_requests_per_hour: int | None = Field(
        None, ge=1, description="requests an hour, in place of the plan's"
    )
    french_base_url: str = Field(
        "https://mba.tuck.dartmouth.edu/pages/faculty/ken.french/",
        description="address of Kenneth French's data library",
    )
    ishares_base_url: str = Field("https://www.ishares.com", description="address of the fund's holdings")
    ishares_min_members: int | None = Field(
        None, ge=1, description="least rows of a downloaded list, in place of that in ishares.toml"
    )
    request_timeout_seconds: float = Field(
        30.0, gt=0, description="how long one answer may take to begin, and each part of it to come"
    )
    max_response_mb: int = Field(64, ge=1, description="a larger answer is refused")
    max_retries: int = Field(
        4, ge=0, le=20, description="how often a request that failed for a passing reason is made again"
    )
    running_period_max_age_hours: int = Field(
        12, ge=0, description="age at which an answer about a running period is requested again"
    )
    delivery_warn_loss: float = Field(
        0.05, ge=0, le=1, description="share missing from a live source's delivery from which a run warns"
    )
    delivery_fail_loss: float = Field(
        0.20, gt=0, le=1, description="share missing from a live source's delivery from which it is refused"
    )
    publish_partial: bool = Field(False, description="publish a refused delivery, with exit code 6")
