"""What a run that failed is said to have failed of."""

from __future__ import annotations

from pathlib import Path

from smallcap.errors import InputError
from smallcap.lake import Home
from smallcap.pipelines.execute import explain
from smallcap.settings import Settings


def raised(
    error: Exception, cause: BaseException | None = None, context: BaseException | None = None
) -> Exception:
    error.__cause__, error.__context__ = cause, context
    return error


def explained(error: Exception, tmp_path: Path) -> str:
    return str(explain(error, Home(Settings(home=tmp_path)), "run"))


def test_the_explained_error_behind_what_was_raised_is_told(tmp_path):
    assert (
        explained(raised(RuntimeError("step failed"), cause=InputError("no folder")), tmp_path) == "no folder"
    )


def test_an_error_that_nobody_explained_keeps_its_words(tmp_path):
    assert explained(TypeError("boom"), tmp_path).startswith("TypeError: boom")


def test_an_error_that_stands_in_its_own_chain_is_told_too(tmp_path):
    first, second = TypeError("boom"), RuntimeError("while it was handled")
    raised(first, context=second)
    raised(second, cause=first)
    assert explained(first, tmp_path).startswith("TypeError: boom")
