"""An object store: S3, Azure, Google Cloud, whatever speaks one of these, or a local folder.

Credentials come from the variables that each provider's own tools read; no message shows them.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from smallcap.errors import InputError
from smallcap.private_files import make_private
from smallcap.redaction import Redactor, secrets_of_the_environment

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES: Final = ("s3", "s3a", "az", "azure", "abfs", "abfss", "gs", "https", "http")
_NAMING_A_CONTAINER: Final = ("abfs", "abfss")
_FORMS: Final = f"it begins with {', '.join(SCHEMES)} or is a local folder"
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
CHUNK: Final = 1 << 20


class Found(NamedTuple):
    """A listed object: its size in bytes, and when it was last written (UTC)."""

    size: int
    modified: dt.datetime


class ObjectFolder:
    """One folder of an object store.

    Parameters
    ----------
    store
        The store, rooted at the folder.
    address
        Its address, as messages show it.
    """

    def __init__(self, store: ObjectStore, address: str) -> None:
        self._store, self.address = store, address

    def get(self, name: str) -> bytes | None:
        """Return the bytes of an object; None where there is none."""
        import obstore

        with suppress(FileNotFoundError), self._explained("read", may_be_missing=True):
            return bytes(obstore.get(self._store, name).bytes())
        return None

    def stream(self, name: str) -> Iterator[bytes]:
        """Give the bytes of an object piece by piece.

        Raises
        ------
        FileNotFoundError
            When there is none.
        """
        import obstore

        with self._explained("read", may_be_missing=True):
            for chunk in obstore.get(self._store, name).stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    def put(self, name: str, content: bytes | Path) -> None:
        """Write an object, in place of one that exists; a file that cannot be opened raises `OSError`."""
        import obstore

        # Opened here: what is wrong with the file is not what is wrong with the store.
        source = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
        with source, self._explained("written"):
            obstore.put(self._store, name, source)

    def put_new(self, name: str, content: bytes) -> bool:
        """Write an object that does not exist; return False, and change nothing, where it does."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._explained("written"):
            try:
                obstore.put(self._store, name, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def list(self, prefix: str) -> dict[str, Found]:
        """List the objects below a prefix, by name."""
        import obstore

        with self._explained("listed"):
            rows: Iterable[Any] = (row for batch in obstore.list(self._store, prefix) for row in batch)
            return {row["path"]: Found(row["size"], row["last_modified"]) for row in rows}

    def holds(self) -> set[str]:
        """Name what lies directly in the folder: objects, and the first part of longer names."""
        import obstore

        with self._explained("listed"):
            found = obstore.list_with_delimiter(self._store)
            return {*found["common_prefixes"], *(row["path"] for row in found["objects"])}

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone already is no error."""
        import obstore

        with suppress(FileNotFoundError), self._explained("removed from", may_be_missing=True):
            obstore.delete(self._store, name)

    @contextmanager
    def _explained(self, what: str, *, may_be_missing: bool = False) -> Iterator[None]:
        """Turn an error of the store into one that says what to do, without credentials."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as error:
            if may_be_missing and isinstance(error, FileNotFoundError):
                raise
            raise _refused(self.address, what, error) from None


def open_store(address: str, *, must_exist: bool = False) -> ObjectFolder:
    """Open a folder of an object store.

    Parameters
    ----------
    address
        ``s3://bucket/prefix``, ``az://container/prefix``, ``gs://bucket/prefix``, an address that obstore
        knows, or a local folder.
    must_exist
        Whether a local folder that is not there is refused; otherwise it is made.

    Raises
    ------
    InputError
        When the extra is not installed, the address is of no known form or holds a key, or the provider's
        variables are incomplete.
    """
    if not address.strip():
        raise InputError("the address of the store is empty; name s3://bucket/prefix or a folder")
    try:
        from obstore.exceptions import BaseError
        from obstore.store import LocalStore, from_url
    except ImportError:
        raise InputError(
            "object stores need the extra 'store', which is not installed: pip install 'smallcap[store]'"
        ) from None
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InputError(f"{address} is no address of a store ({error}); {_FORMS}") from None
    if not parts.scheme or parts.scheme == "file" or _DRIVE.match(address):
        folder = Path(parts.path if parts.scheme == "file" else address).expanduser().absolute()
        if must_exist and not folder.is_dir():
            raise InputError(f"there is no store {folder}; 'smallcap push' makes one")
        try:
            make_private(folder)
            return ObjectFolder(LocalStore(folder), str(folder))
        except (BaseError, OSError) as error:
            raise _refused(str(folder), "opened", error) from None
    # abfss://container@account.dfs.core.windows.net/prefix is Azure's own form, and names no person.
    name = None if parts.scheme in _NAMING_A_CONTAINER else parts.username
    if name or parts.password or parts.query:
        raise InputError(
            f"the address of the store {parts.scheme}://{parts.hostname or ''} holds a name, a password or a "
            f"signature; set the provider's variables instead (docs/fleet.md), which are never written"
        )
    if parts.scheme not in SCHEMES:
        raise InputError(f"{address} is no store; {_FORMS}")
    address = address.rstrip("/")
    try:
        return ObjectFolder(from_url(address), address)
    except (BaseError, ValueError, OSError) as error:
        raise _refused(address, "opened", error) from None


def _refused(address: str, what: str, error: BaseException) -> InputError:
    # The first line: what follows is the library's own record of the answer.
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    reason = Redactor(secrets_of_the_environment()).text(reason)
    return InputError(
        f"the store {address} cannot be {what} ({reason}); check its address, the provider's variables "
        f"(docs/fleet.md) and its permissions"
    )
