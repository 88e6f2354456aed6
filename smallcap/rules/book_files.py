"""The files of books: those given in books.toml, and a user's own.

`smallcap.rules.types.books` defines what a book is.
"""

from __future__ import annotations

from pathlib import Path

from smallcap.errors import InputError
from smallcap.rules.files import read_rules
from smallcap.rules.types.books import Book, BookSet
from smallcap.settings import own_books_dir

GIVEN = "books.toml"


def read_books(reference_dir: Path) -> dict[str, Book]:
    """Read every book, those given first, a user's own by file name.

    Raises
    ------
    InputError
        When a file is broken, or two files have a book of one name; the message names both.
    """
    books: dict[str, Book] = {}
    found_in: dict[str, Path] = {}
    for file in _files(reference_dir):
        for name, book in read_rules(file.parent, file.name, BookSet).books.items():
            if name in books:
                raise InputError(
                    f"the book '{name}' stands in {found_in[name]} and in {file}; rename or remove one"
                )
            books[name], found_in[name] = book, file
    return books


def add_books(file: Path, reference_dir: Path, *, is_replacing: bool) -> list[str]:
    """Put a file of books beside those given; a broken one is refused and nothing is changed.

    Parameters
    ----------
    file
        A TOML file in the form of books.toml.
    reference_dir
        Folder of the rule sets.
    is_replacing
        Replace a file of the same name.

    Returns
    -------
    list of str
        Names of its books.

    Raises
    ------
    InputError
        When the file is not there, cannot be read, is broken or holds no book, when a name is taken, a file
        of its name is there, or the folder cannot be written to.
    """
    if not file.exists():
        raise InputError(
            f"there is no file {file}; name a TOML file with a book of yours, written like those "
            f"in {reference_dir / GIVEN}"
        )
    if file.is_dir():
        raise InputError(f"{file} is a folder; name the TOML file in it that holds a book of yours")
    if file.suffix != ".toml":
        raise InputError(
            f"{file} is not a TOML file; a book is written like those in {reference_dir / GIVEN}"
        )
    new = read_rules(file.parent, file.name, BookSet).books
    if not new:
        raise InputError(
            f"{file} holds no book; write one as [books.my_book], like those in {reference_dir / GIVEN}"
        )
    target = own_books_dir(reference_dir) / file.name
    if target.exists() and not is_replacing:
        raise InputError(f"{target} is there already; --force replaces it")
    others = {
        name
        for path in _files(reference_dir)
        if path != target
        for name in read_rules(path.parent, path.name, BookSet).books
    }
    taken = sorted(others & set(new))
    if taken:
        raise InputError(f"{file}: there is a book named {', '.join(taken)} already; choose another name")
    content = file.read_bytes()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror}); your books are kept with the rule sets: "
            "copy that folder to one that you may write to, and name it with SMALLCAP_REFERENCE_DIR"
        ) from None
    return list(new)


def _files(reference_dir: Path) -> list[Path]:
    return [reference_dir / GIVEN, *sorted(own_books_dir(reference_dir).glob("*.toml"))]
