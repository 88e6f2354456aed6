"""A home: the folder that holds everything a run makes. One writer at a time.

What a failed run left is undone here.

The home's own records (runs, checks, what was fetched) are kept in `smallcap.lake.records`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from filelock import FileLock, Timeout

from smallcap.errors import HomeBusyError, InputError, UnwritableHomeError
from smallcap.home_record import COPIED, read_record, write_record
from smallcap.lake.generations import recorded_generator, refuse_other_generator
from smallcap.lake.journal import Journal, tables_of
from smallcap.lake.own_rules import keep_rules, recorded_rules, refuse_other_rules, replace_rules
from smallcap.lake.records import Records
from smallcap.lake.spill import remove_leftovers
from smallcap.lake.store import Lake
from smallcap.private_files import make_private
from smallcap.settings import IDENTITY_FIELDS, NUMBER_FIELDS, RECORDED_FIELDS, Settings, load_settings


class Home:
    """The home of one universe.

    Parameters
    ----------
    settings
        The settings; `settings.home` is the folder.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.path = settings.home
        self._journal = Journal(self.path / "run.json")
        self.lake = Lake(settings.lake_dir, self._journal.note)
        self.records = Records(settings.lake_dir)
        self._lock = FileLock(self.path / ".lock", thread_local=False)

    def prepare(self) -> None:
        """Make the folder, and check that it holds, or will hold, the universe that the settings name.

        Raises
        ------
        InputError
            When the folder cannot be written to, or already holds another universe.
        """
        self._refuse_copy()
        try:
            make_private(self.path)
            self.require_same_universe()
            recorded = {name: getattr(self.settings, name) for name in RECORDED_FIELDS}
            keep_rules(self.settings)
            recorded |= recorded_rules(self.settings)
            write_record(self.path, _to_toml({**recorded, **recorded_generator(self.settings)}))
        except OSError as error:
            raise self._unwritable(error) from None

    def require_same_universe(self) -> None:
        """Refuse settings that differ from those that the home records.

        A home that does not exist yet records none.

        Raises
        ------
        InputError
            Naming each difference, and how to resolve it.
        """
        there = read_record(self.path)
        if there is not None:
            self._refuse_another_universe(there)

    def record(self, name: str, text: str) -> object:
        """Record another value of a setting that changes numbers.

        The next run makes again what depends on it.

        Parameters
        ----------
        name
            The setting.
        text
            Its value, as a person types it.

        Returns
        -------
        object
            The value as it was understood.

        Raises
        ------
        InputError
            When the home records nothing yet, the setting is none of those that a home records, or the value
            is not allowed.
        HomeBusyError
            When a run is writing to the home.
        """
        recorded = read_record(self.path)
        if recorded is None:
            raise InputError(
                f"the home {self.path} records nothing yet; its first run records the settings it "
                f"is made with"
            )
        if name == "rules":
            return self._record_rules(text, recorded)
        if name not in NUMBER_FIELDS:
            raise InputError(
                f"'{name}' is not a setting that a home lets you change; those are: "
                f"{', '.join((*NUMBER_FIELDS, 'rules'))}"
            )
        value = getattr(load_settings(home=self.path, **{name: text}), name)
        with self.writing_records():
            write_record(self.path, _to_toml({**recorded, name: value}))
        return value

    def _record_rules(self, folder: str, recorded: Mapping[str, object]) -> object:
        settings = load_settings(home=self.path, rules=folder)
        with self.writing_records():
            write_record(self.path, _to_toml({**recorded, **replace_rules(settings)}))
        return settings.rules

    def forget_unfinished(self, name: str) -> None:
        """Leave a table that was repaired out of what the next run undoes."""
        with suppress(InputError):
            self._journal.forget(name)

    def has_unfinished_run(self) -> bool:
        """Whether a run is writing, or one that failed left something to undo."""
        return self._journal.exists()

    def was_run_ended(self) -> bool:
        """Whether a run left something to undo, and its process is gone."""
        return self._journal.exists() and not self._journal.is_holder_alive()

    def open_run(
        self, run_id: str, command: str, served_run_id: str | None, wait_seconds: float = 0
    ) -> str | None:
        """Become the home's one writer, and undo what an earlier run left unfinished.

        Parameters
        ----------
        run_id
            The run that begins.
        command
            What was requested, for the message that the home is busy.
        served_run_id
            The run whose catalogue is served: if that is the unfinished run, it was complete and stays.
        wait_seconds
            How long to wait for a home that is busy.

        Returns
        -------
        str or None
            The run that had not ended properly; it was undone, unless its catalogue is served.

        Raises
        ------
        HomeBusyError
            When another process writes to the home; the message says which.
        """
        self._acquire(wait_seconds)
        try:
            return self._begin(run_id, command, served_run_id)
        except OSError as error:
            self._lock.release()
            raise self._unwritable(error) from None
        except InputError:
            self._lock.release()
            raise

    def _begin(self, run_id: str, command: str, served_run_id: str | None) -> str | None:
        """Undo what an unfinished run left, and write the journal of the new one."""
        remove_leftovers(self.settings.lake_dir)
        unfinished = self._undo_unfinished(served_run_id)
        self._journal.begin(run_id, command)
        return unfinished

    def close_run(self, *, is_successful: bool, record: Callable[[], None] = lambda: None) -> None:
        """Stop being the writer. A run that failed keeps its journal, so that the next run undoes it.

        Parameters
        ----------
        is_successful
            Whether the run stays.
        record
            Called before another may write: what must not be recorded of a run that is undone.
        """
        self._journal.end(is_successful=is_successful)
        try:
            record()
        finally:
            self._lock.release()

    @contextmanager
    def writing_records(self) -> Iterator[None]:
        """Be the home's one writer for as long as it takes to write records.

        Tables, and what a failed run left, stay as they are.

        Raises
        ------
        HomeBusyError
            When another process writes to the home.
        """
        self._acquire(wait_seconds=0)
        try:
            yield
        finally:
            self._lock.release()

    @property
    def touched(self) -> list[str]:
        """Tables that the current run has written to."""
        return sorted(self._journal.tables)

    def version_before(self, name: str) -> int:
        """Return a table's version before the current run wrote to it; -1 where it did not exist."""
        return self._journal.tables.get(name, self.lake.version(name))

    def _acquire(self, wait_seconds: float) -> None:
        self._refuse_copy()
        try:
            self._lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise HomeBusyError(
                f"the home {self.path} is being written to by {self._journal.holder()}; wait for it to "
                f"end, or stop it"
            ) from None
        except OSError as error:
            raise self._unwritable(error) from None

    def _refuse_copy(self) -> None:
        if (self.path / COPIED).is_file():
            raise UnwritableHomeError(
                f"{self.path} is a copy that was pulled from an object store ({COPIED}), and is only read; "
                f"run in the home that pushes to it, then pull, or name another --home"
            )

    def _unwritable(self, error: OSError) -> UnwritableHomeError:
        return UnwritableHomeError(
            f"the home {self.path} cannot be written to ({error.strerror}); choose another with "
            f"--home or SMALLCAP_HOME"
        )

    def _undo_unfinished(self, served_run_id: str | None) -> str | None:
        journal = self._journal.read()
        if journal is None:
            return None
        run_id = str(journal.get("run_id"))
        if run_id != served_run_id:
            for name, version in sorted(tables_of(journal).items()):
                self.lake.restore(name, version)
            self.records.mark_undone(run_id)
        self._journal.remove()
        return run_id

    def _refuse_another_universe(self, there: Mapping[str, object]) -> None:
        """Refuse another universe, and settings that differ from those that the home was made with."""
        self._refuse_other_identity(there)
        refuse_other_generator(
            self.path, there, self.settings, lambda: self.lake.stamp("raw.constituents").years
        )
        self._refuse_other_numbers(there)
        refuse_other_rules(self.settings, there)

    def _refuse_other_identity(self, there: Mapping[str, object]) -> None:
        """Refuse settings of another universe than the home's recorded one."""
        universe = [
            self._difference(name, there.get(name))
            for name in IDENTITY_FIELDS
            if self._differs(name, there.get(name))
        ]
        if universe:
            raise InputError(
                f"the home {self.path} holds another universe ({'; '.join(universe)}); "
                "two universes never share a home: name another with --home, or remove this one"
            )

    def _refuse_other_numbers(self, there: Mapping[str, object]) -> None:
        """Refuse settings that change numbers and differ from those that the home was made with."""
        changed = [name for name in NUMBER_FIELDS if name in there and self._differs(name, there[name])]
        if changed:
            differences = "; ".join(self._difference(name, there[name]) for name in changed)
            remedies = "; ".join(
                f"smallcap config set {name} {getattr(self.settings, name)} --home {self.path}"
                for name in changed
            )
            raise InputError(
                f"the home {self.path} was made with other settings ({differences}), and one home "
                f"is made under one set of them. "
                f"To change it for every year: {remedies}; the next run makes again what depends "
                f"on it. Or name another --home"
            )

    def _differs(self, name: str, there: object) -> bool:
        return bool(there != getattr(self.settings, name))

    def _difference(self, name: str, there: object) -> str:
        asked = getattr(self.settings, name)
        return (
            f"{name} is {'none' if there is None else there} in the home, "
            f"{'none' if asked is None else asked} requested"
        )


def _to_toml(values: dict[str, object]) -> str:
    """Write values as TOML: numbers, truth values and strings of JSON are written alike in it.

    What is not set is left out.
    """
    plain = {
        name: value if isinstance(value, int) else str(value)
        for name, value in values.items()
        if value is not None
    }
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in plain.items())
