"""The files of books: books.toml and the user's own files; `smallcap.rules.types.books` defines a book."""

from __future__ import annotations

from pathlib import Path

from smallcap.errors import InputError
from smallcap.package_files import own_books_dir
from smallcap.reference import ReferenceDir, base_of
from smallcap.rules.files import read_rules
from smallcap.rules.types.books import Book, BookSet

GIVEN = "books.toml"


def read_books(reference_dir: ReferenceDir) -> dict[str, Book]:
    """Read every book: those of books.toml first, then the user's own by file name.

    Raises
    ------
    InputError
        When a file is invalid, or two files define a book of the same name; the message names both.
    """
    books: dict[str, Book] = {}
    found_in: dict[str, Path] = {}
    for folder, file in _files(reference_dir):
        for name, book in read_rules(folder, file.name, BookSet).books.items():
            if name in books:
                raise InputError(
                    f"the book '{name}' is defined in {found_in[name]} and in {file}; rename or remove one"
                )
            books[name], found_in[name] = book, file
    return books


def add_books(file: Path, reference_dir: ReferenceDir, *, is_replacing: bool) -> list[str]:
    """Add a file of books to the user's own; an invalid file is refused and nothing is changed.

    Parameters
    ----------
    file, reference_dir, is_replacing
        A TOML file like books.toml, the folder of the rule sets, and whether to replace a file of that name.

    Returns
    -------
    list of str
        Names of the books in the file.

    Raises
    ------
    InputError
        When the file is missing, unreadable, invalid or contains no book, when a book's name is taken, a file
        of the same name exists, or the folder is not writable.
    """
    given = reference_dir / GIVEN
    if not file.exists():
        raise InputError(
            f"there is no file {file}; give a TOML file that defines a book, in the format of {given}"
        )
    if file.is_dir():
        raise InputError(f"{file} is a folder; give the TOML file in it that defines your book")
    if file.suffix != ".toml":
        raise InputError(f"{file} is not a TOML file; define the book in the format of {given}")
    new = _books_in(file)
    if not new:
        raise InputError(f"{file} contains no book; define one as [books.my_book], as in {given}")
    target = own_books_dir(base_of(reference_dir)) / file.name
    if target.exists() and not is_replacing:
        raise InputError(f"{target} already exists; --force replaces it")
    others = {
        name
        for folder, path in _files(reference_dir)
        if path != target
        for name in read_rules(folder, path.name, BookSet).books
    }
    taken = sorted(others & set(new))
    if taken:
        raise InputError(f"{file}: a book named {', '.join(taken)} already exists; choose another name")
    content = file.read_bytes()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror}); your books are kept with the rule sets: "
            "copy that folder to a writable place and set SMALLCAP_REFERENCE_DIR to it"
        ) from None
    return list(new)


def _books_in(file: Path) -> dict[str, Book]:
    return read_rules(file.parent, file.name, BookSet).books


def _files(reference_dir: ReferenceDir) -> list[tuple[ReferenceDir, Path]]:
    """List the files of books, each with the folder that it is read from."""
    own = sorted(own_books_dir(base_of(reference_dir)).glob("*.toml"))
    return [(reference_dir, reference_dir / GIVEN), *((file.parent, file) for file in own)]
