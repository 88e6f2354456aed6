"""The documentation keeps its promises: generated parts are current, commands exist, examples run.

And no file of the repository holds an address, a path or a key that is nobody else's business.
"""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pytest
import typer.main

from smallcap.errors import SmallcapError
from smallcap.finance.funnel import FunnelRules
from smallcap.finance.funnel.lens_items import items
from smallcap.pipelines.command.app import app
from smallcap.pipelines.command.status import in_order
from smallcap.questions.files import read_question
from smallcap.rules.files import read_rules
from smallcap.settings import Settings
from smallcap.tables import META_TABLES, TABLES
from smallcap.tables.dictionary import VIEWS_DIR, dictionary
from smallcap.tables.macros import macros
from smallcap.tables.views import View, read_view, read_views
from smallcap.tables.views import empty_warehouse as make_empty_warehouse
from smallcap.warehouse.reading import connect, served_path
from tests.pages import DOCS, PAGES, page_name, prose
from tests.paths import PROJECT_ROOT
from tests.published_home import publish_small_home

RUN_MARK = "<!-- run by the tests -->"
LAYERS = ("raw", "core", "marts", "meta")
GROUP = typer.main.get_command(app)


@dataclass(frozen=True)
class Block:
    """A fenced or indented block of code: its page and line, its language, its text, and the line of prose
    before it.
    """

    page: Path
    line: int
    language: str
    text: str
    before: str

    def __str__(self) -> str:
        return f"{page_name(self.page)}:{self.line}"


@cache
def blocks() -> list[Block]:
    return [block for page in PAGES for block in _blocks_of(page)]


def _blocks_of(page: Path) -> Iterator[Block]:
    opened: tuple[int, str, str] | None = None
    held: list[str] = []
    before = ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence = re.match(r"\s*```(\w*)", line)
        if opened is None and fence:
            opened, held = (number, fence[1], before), []
        elif opened is not None and fence:
            yield Block(page, opened[0], opened[1], "\n".join(held), opened[2])
            opened = None
        elif opened is not None:
            held.append(line)
        elif line.startswith("    "):
            yield Block(page, number, "indented", line.strip(), before)
        before = line.strip() or before


# -- generated parts
# -------------------------------------------------------------------------------------------------------


def test_the_data_dictionary_is_current() -> None:
    assert (DOCS / "data-dictionary.md").read_text(encoding="utf-8") == dictionary(), (
        "write it again with `make docs`"
    )


def dictionary_section(name: str) -> list[list[str]]:
    """The cells of the table that the data dictionary has under a name, row by row."""
    section = (
        (DOCS / "data-dictionary.md").read_text(encoding="utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]
    )
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[1:]]


@pytest.fixture(scope="module")
def published_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(served_path(publish_small_home(tmp_path_factory.mktemp("docs") / "home"))) as connection:
        yield connection


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("view", read_views(VIEWS_DIR), ids=lambda view: view.name)
def test_the_data_dictionary_has_the_columns_that_a_view_serves(
    published_warehouse: duckdb.DuckDBPyConnection, view: View
) -> None:
    served = [
        (name, str(dtype)) for name, dtype in published_warehouse.sql(f"FROM {view.name}").pl().schema.items()
    ]
    described = dictionary_section(view.name)
    assert [(name, dtype) for name, dtype, *_ in described] == served
    comments = published_warehouse.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name || '.' || table_name = ?",
        [view.name],
    ).fetchall()
    assert dict(comments) == {
        name: f"{meaning} [{unit}]" if unit else meaning for name, _, unit, meaning in described
    }


def test_the_data_dictionary_lists_every_table_and_view_that_is_served(
    published_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    served = published_warehouse.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE "
        "table_catalog = 'warehouse' AND table_schema <> 'main'"
    ).fetchall()
    page = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    contents = page.split("\n## ")[0]
    headings = [name for name in re.findall(r"^## (.+)$", page, flags=re.MULTILINE) if name != "Macros"]
    assert sorted(headings) == sorted(name for (name,) in served)
    assert re.findall(r"\[\w+\]\(#(\w+)\)", contents) == [name.replace(".", "") for name in headings]


def test_the_data_dictionary_lists_every_macro_that_is_served(
    published_warehouse: duckdb.DuckDBPyConnection,
) -> None:
    served = published_warehouse.execute(
        "SELECT schema_name || '.' || function_name, comment FROM duckdb_functions() WHERE "
        "database_name = 'warehouse' AND NOT internal"
    ).fetchall()
    described = {name.split("(")[0].strip("`"): meaning for name, _, meaning in dictionary_section("Macros")}
    assert described == dict(served)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-- Shows something.\nSELECT 1 AS unknown", "has no description of column unknown"),
        (
            "-- Shows something.\n-- nobody: absent\nSELECT as_of FROM marts.coverage",
            "describes columns that it does not have: nobody",
        ),
        # Both tables have a column status, of another meaning each.
        (
            (
                "-- Shows something.\nSELECT l.status FROM marts.funnel_outcomes AS o, "
                "marts.stock_factor_loadings AS l"
            ),
            "has no description of column status",
        ),
    ],
)
def test_a_view_whose_columns_are_not_described_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "shown.sql").write_text(text, encoding="utf-8")
    monkeypatch.setattr("smallcap.tables.dictionary.VIEWS_DIR", tmp_path)
    with pytest.raises(SmallcapError, match=rf"marts\.shown {complaint}"):
        dictionary()


def test_a_line_of_a_view_may_describe_several_columns(tmp_path: Path) -> None:
    (tmp_path / "shown.sql").write_text(
        "-- Shows: three.\n-- a, b [USD]: money\n-- c: a name\nSELECT 1 AS a", encoding="utf-8"
    )
    view = read_view(tmp_path / "shown.sql")
    assert (view.description, view.select) == ("Shows: three.", "SELECT 1 AS a")
    assert {name: (meaning.text, meaning.unit) for name, meaning in view.described.items()} == {
        "a": ("money", "USD"),
        "b": ("money", "USD"),
        "c": ("a name", ""),
    }


def settings_table() -> str:
    """The table of settings as docs/operations.md has it."""
    rows = [
        f"| `{name}` | `SMALLCAP_{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in in_order(Settings).items()
    ]
    return "\n".join(["| setting | variable | default | meaning |", "|---|---|---|---|", *rows])


def _default(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, Path):
        return f"`{value.relative_to(PROJECT_ROOT).as_posix()}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_the_settings_table_is_current() -> None:
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- settings: .*? -->\n(.*?)\n?<!-- end of settings -->", page, flags=re.DOTALL)
    assert shown is not None, "docs/operations.md lost the marks around its table of settings"
    assert shown[1].strip() == settings_table(), f"put this into docs/operations.md:\n{settings_table()}"


def reason_codes() -> set[str]:
    """The reason codes of smallcap.finance: second in a check (a condition and its code), or named by the
    argument `reason`.
    """
    finance = PROJECT_ROOT / "smallcap" / "finance"
    paths = sorted(
        path for folder in (finance, finance / "metrics", finance / "quality") for path in folder.glob("*.py")
    )
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "reason"]
    pairs = [node.elts for node in nodes if isinstance(node, ast.Tuple) and len(node.elts) == 2]
    checks = [code for condition, code in pairs if not isinstance(condition, ast.Constant | ast.Starred)]
    return {
        node.value
        for node in (*named, *checks)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_methods_lists_every_reason_code_and_no_other() -> None:
    page = (DOCS / "methods" / "metrics.md").read_text(encoding="utf-8")
    table = page.split("| reason code |")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)) == reason_codes()


def test_methods_lists_every_item_of_the_lenses_with_its_preference() -> None:
    page = (DOCS / "methods" / "lenses.md").read_text(encoding="utf-8")
    table = page.split("| statement | item | preference |")[1].split("\n\n")[0]
    shown = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.+) \|$", table, flags=re.MULTILINE)
    rules = read_rules(PROJECT_ROOT / "data" / "reference", "funnel.toml", FunnelRules)
    assert shown == [(item.statement, item.item, item.preference) for item in items(rules)]


# -- what the pages name
# -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_tables_that_a_page_names_exist(page: Path) -> None:
    views = {view.name for view in read_views(VIEWS_DIR)}
    named = set(re.findall(rf"(?<![\w./])(?:{'|'.join(LAYERS)})\.[a-z]\w+", page.read_text(encoding="utf-8")))
    assert named <= {*TABLES, *META_TABLES, *views, *(macro.name for macro in macros())}


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_make_targets_that_a_page_names_exist(page: Path) -> None:
    targets = set(
        re.findall(r"^(\w+):", (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    named = set(re.findall(r"(?:`|^)make (\w+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named <= targets


# -- commands
# -------------------------------------------------------------------------------------------------------

SHELLS = ("sh", "bash", "shell", "console", "indented", "")
COMMAND = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ +)*smallcap +(?=\S)", flags=re.MULTILINE)


def arguments_of(text: str) -> list[str]:
    """The words after `smallcap`, up to the line's end, a comment, a pipe or a redirection.

    Quoted text may span lines.
    """
    words = shlex.shlex(text, posix=True, punctuation_chars="|><;&\n")
    words.whitespace, words.commenters, words.whitespace_split = " \t\r", "", True
    taken = []
    for word in words:
        if set(word) <= set("|><;&\n") or word.startswith("#"):
            break
        taken.append(word)
    return taken


def shown_commands() -> list[tuple[str, list[str]]]:
    """Every command of a code block: where it stands, and its arguments."""
    return [
        (str(block), arguments_of(joined[command.end() :]))
        for block in blocks()
        if block.language in SHELLS
        for joined in [block.text.replace("\\\n", " ")]
        for command in COMMAND.finditer(joined)
    ]


def mentioned_commands() -> list[tuple[str, list[str]]]:
    """Every command of inline code, where arguments may be placeholders or left out."""
    return [
        (page_name(page), arguments_of(mention))
        for page in PAGES
        for mention in re.findall(r"`(?:[A-Z_]+=\S+ +)*smallcap ([^`]+)`", prose(page))
    ]


def test_commands_of_code_blocks_are_accepted_as_they_stand() -> None:
    assert shown_commands()
    for place, (name, *arguments) in shown_commands():
        assert name in GROUP.commands, f"{place}: there is no command {name}"
        try:
            # Parses the arguments without running anything.
            GROUP.commands[name].make_context(name, arguments)
        except Exception as error:
            raise AssertionError(f"{place}: smallcap {name} {shlex.join(arguments)}: {error}") from error


def test_commands_of_the_text_exist_with_their_options() -> None:
    assert mentioned_commands()
    of_all = {option for parameter in GROUP.params for option in parameter.opts}
    for place, (name, *arguments) in mentioned_commands():
        if name in of_all:
            continue
        assert name in GROUP.commands, f"{place}: there is no command {name}"
        known = {option for parameter in GROUP.commands[name].params for option in parameter.opts}
        unknown = {word for word in arguments if word.startswith("-") and word != "-"} - known - {"--help"}
        assert not unknown, f"{place}: smallcap {name} has no option {', '.join(sorted(unknown))}"


# -- examples
# -------------------------------------------------------------------------------------------------------


def python_blocks() -> list[Block]:
    return [block for block in blocks() if block.language == "python"]


@pytest.mark.parametrize("block", python_blocks(), ids=str)
def test_python_of_the_pages_is_well_formed(block: Block) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", [block for block in python_blocks() if block.before == RUN_MARK], ids=str)
def test_examples_run_and_hold(block: Block) -> None:
    assert "assert " in block.text, "an example that is run says what comes out"
    exec(compile(block.text, str(block), "exec"), {})


def test_there_are_examples_to_run() -> None:
    assert sum(block.before == RUN_MARK for block in python_blocks()) >= 2


def shown_queries() -> list[tuple[str, str]]:
    """Every SQL statement of the pages: of `smallcap sql`, and of SQL blocks."""
    asked = [
        (place, arguments[1])
        for place, arguments in shown_commands()
        if arguments[0] == "sql" and not arguments[1].startswith("--")
    ]
    written = [
        (str(block), part)
        for block in blocks()
        if block.language == "sql"
        for part in block.text.split(";")
        if part.strip()
    ]
    return [*asked, *written]


@pytest.fixture(scope="module")
def empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every published table without rows, and the views."""
    with make_empty_warehouse(read_views(VIEWS_DIR)) as connection:
        yield connection


@pytest.mark.parametrize(("place", "query"), shown_queries(), ids=lambda text: text[:40])
def test_queries_of_the_pages_name_what_is_there(
    empty_warehouse: duckdb.DuckDBPyConnection, place: str, query: str
) -> None:
    empty_warehouse.execute(query).fetchall()


@pytest.mark.parametrize(
    "path", sorted((PROJECT_ROOT / "sql" / "queries").glob("*.sql")), ids=lambda path: path.stem
)
def test_worked_queries_say_what_they_answer_and_name_what_is_there(
    empty_warehouse: duckdb.DuckDBPyConnection, path: Path
) -> None:
    query = read_question(path)
    examples = {one.name: one.value(one.example) for one in query.declared}
    empty_warehouse.execute(query.sql, examples or None).fetchall()


# -- nothing private
# -------------------------------------------------------------------------------------------------------

# In pieces, so that this file does not hold what it looks for.
PRIVATE = {
    "a package index": r"(?<!no-emit-)(?:extra-)?index" + r"-url",
    "a registry's host": r"https?://(?:[\w.-]+\.)?py" + r"pi\b|files\.python" + r"hosted",
    "a path of one machine": r"(?<![\w.])/(?:wo"
    + r"rk|ro"
    + r"ot|Us"
    + r"ers)/|(?<![\w.])/ho"
    + r"me/\w+/|/tm"
    + r"p/env\b",
    "a key": r"AKI"
    + r"A[0-9A-Z]{16}|gh[pousr]"
    + r"_\w{36}|-----BEG"
    + r"IN [A-Z ]*PRIVATE KEY|\bs"
    + r"k-[A-Za-z0-9]{32,}",
}


def repository_files() -> list[Path]:
    """Files that are or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git does not know this folder, so the files of the repository cannot be listed")
    return [path for name in listed.split("\0") if name and (path := PROJECT_ROOT / name).is_file()]


@pytest.mark.parametrize("what", PRIVATE)
def test_no_file_holds_anything_private(what: str) -> None:
    found = []
    for path in repository_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(PROJECT_ROOT)}: {hit[0]}" for hit in re.finditer(PRIVATE[what], text)]
    assert not found
