"""Collects the problems of several files, so that one run reports all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from smallcap.errors import InputError

SHOWN = 50
"""Problems that one message lists; the others are counted."""


class InputProblemsError(InputError):
    """Several problems of the input, one message each."""

    def __init__(self, messages: Sequence[str], heading: str = "") -> None:
        self.messages = tuple(messages)
        super().__init__(_joined(self.messages, heading))


class Problems:
    """The problems found so far."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, message: str) -> None:
        """Add a problem; the same message is kept once."""
        if message not in self.messages:
            self.messages.append(message)

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch an `InputError` and add its messages."""
        try:
            yield
        except InputError as error:
            for message in error.messages if isinstance(error, InputProblemsError) else (str(error),):
                self.add(message)

    def raise_any(self, heading: str = "") -> None:
        """Raise one error that names every problem; do nothing where there is none.

        Parameters
        ----------
        heading
            What the problems belong to, for the first line of a message with more than one.

        Raises
        ------
        InputError
            The only problem as it is, or all of them in one message.
        """
        if self.messages:
            raise InputProblemsError(self.messages, heading)


def _joined(messages: tuple[str, ...], heading: str) -> str:
    if len(messages) == 1:
        return messages[0]
    shown = [f"- {message}" for message in messages[:SHOWN]]
    more = [f"- and {len(messages) - SHOWN} more"] if len(messages) > SHOWN else []
    return "\n".join([f"{len(messages)} problems{f' in {heading}' if heading else ''}:", *shown, *more])
