"""The exit code of a run of Dagster that failed: that of the command, had it met the same error."""

from __future__ import annotations

import dagster as dg
import pytest

from smallcap.errors import AuditError, HomeBusyError, InputError, SmallcapError
from smallcap.exit_codes import ExitCode
from smallcap.pipelines.failures import explained_failure
from smallcap.sources.fetching import TransientError

ERRORS = [
    TransientError("no answer"),
    InputError("a wrong file"),
    AuditError("too little"),
    HomeBusyError("busy"),
    ZeroDivisionError("a fault"),
]


def outcome(error: Exception) -> tuple[ExitCode, str]:
    """Run a job whose asset fails, as tables and the publication fail, and read its events."""

    @dg.asset
    def failing() -> None:
        """Fail."""
        raise dg.Failure(description=str(error), allow_retries=False) from error

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([failing], instance=instance, raise_on_error=False)
        entries = instance.all_logs(result.run_id, of_type={dg.DagsterEventType.STEP_FAILURE})
        return explained_failure(entries)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_code_is_that_of_the_error_and_the_message_its_own(error: Exception) -> None:
    code, message = outcome(error)
    assert code is (error.exit_code if isinstance(error, SmallcapError) else ExitCode.FAULT)
    assert message.endswith(str(error))


def test_without_a_failure_it_is_done() -> None:
    assert explained_failure([]) == (ExitCode.DONE, "")
