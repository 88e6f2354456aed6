"""Every reader of outside bytes, and which module each tests."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from tests.security.fuzz.file_readers import FILE_READERS, Reader
from tests.security.fuzz.fleet_readers import FLEET_READERS
from tests.security.fuzz.home_readers import HOME_READERS
from tests.security.fuzz.sec_readers import SEC_READERS
from tests.security.fuzz.vendor_readers import VENDOR_READERS

READERS: Final[dict[str, Reader]] = {
    **FILE_READERS,
    **FLEET_READERS,
    **HOME_READERS,
    **SEC_READERS,
    **VENDOR_READERS,
}

READ_BY: Final = {
    "smallcap/backup/manifest.py": "manifest of a backup",
    "smallcap/backup/store.py": "file of a backup",
    "smallcap/engine/code.py": "digests of code",
    "smallcap/engine/unchanged.py": "record of nothing to make",
    "smallcap/fleet/holding.py": "note of a fleet",
    "smallcap/fleet/outcomes.py": "outcomes of a fleet",
    "smallcap/fleet/overlays.py": "fleet file",
    "smallcap/fleet/rule_values.py": "fleet file",
    "smallcap/fleet/store/copy_record.py": "record of a copy",
    "smallcap/fleet/store/layout.py": "pointer of a store",
    "smallcap/home_record.py": "recorded settings",
    "smallcap/lake/own_rules.py": "folder of rules",
    "smallcap/rule_overlay.py": "folder of rules",
    "smallcap/lake/cleaning.py": "table of the lake",
    "smallcap/lake/delta.py": "table of the lake",
    "smallcap/lake/journal.py": "journal of a run",
    "smallcap/lake/log_files.py": "table of the lake",
    "smallcap/lake/parquet.py": "table of the lake",
    "smallcap/lake/stamp_files.py": "stamp of a table",
    "smallcap/lake/stamps.py": "table of the lake",
    "smallcap/parsing.py": "recorded settings",
    "smallcap/repair/checksums.py": "checksums of data files",
    "smallcap/repair/damage.py": "table of the lake",
    "smallcap/repair/record.py": "recorded settings",
    "smallcap/repair/tables.py": "table of the lake",
    "smallcap/rules/book_files.py": "book",
    "smallcap/rules/business_files.py": "rule set",
    "smallcap/health/incidents.py": "open incidents",
    "smallcap/health/runlines.py": "log of runs",
    "smallcap/rules/files.py": "rule set",
    "smallcap/rules/lines.py": "rule set",
    "smallcap/settings.py": "environment file",
    "smallcap/sources/archives.py": "zip",
    "smallcap/sources/csv_rows.py": "canonical table",
    "smallcap/sources/edgar/bodies.py": "body of a file",
    "smallcap/sources/edgar/bulk.py": "bulk file of figures",
    "smallcap/sources/edgar/changes.py": "daily index of filings",
    "smallcap/sources/edgar/client.py": "body of a file",
    "smallcap/sources/fails/file.py": "fails to deliver",
    "smallcap/sources/fetching/http.py": "error of a server",
    "smallcap/sources/fetching/quota.py": "count of requests",
    "smallcap/sources/fetching/rate.py": "times of requests",
    "smallcap/sources/files/disk.py": "input folder",
    "smallcap/sources/files/folder.py": "input folder",
    "smallcap/sources/files/table_reader.py": "canonical table",
    "smallcap/sources/files/workbook.py": "workbook",
    "smallcap/sources/french/files.py": "factors",
    "smallcap/sources/ishares/holdings.py": "holdings",
    "smallcap/sources/nport/document.py": "fund's report",
    "smallcap/sources/parquet.py": "canonical table",
    "smallcap/sources/payloads.py": "kept payload",
    "smallcap/sources/public/filers.py": "table of filings of a data set",
    "smallcap/sources/sec_index/cells.py": "list of the SEC",
    "smallcap/sources/sec_index/company_index.py": "index of filings",
    "smallcap/sources/sec_index/feed.py": "feed of filings",
    "smallcap/sources/sec/data_sets.py": "quarterly data set",
    "smallcap/sources/sec/document.py": "company's facts",
    "smallcap/sources/xfinlink/frames.py": "vendor's response",
    "smallcap/sources/xfinlink/payloads.py": "vendor's response",
    "smallcap/sources/xfinlink/wire.py": "vendor's response",
    "smallcap/warehouse/diff/sides.py": "catalogue",
    "smallcap/warehouse/reading.py": "catalogue",
    "pipelines/command/explain.py": "company's facts",
}
"""The modules that read from outside, each with a reader that goes through it."""

NOT_FROM_OUTSIDE: Final = {
    "smallcap/fleet/local.py": "opens a log to write",
    "smallcap/fleet/ray_pool.py": "opens a log to write",
    "smallcap/fleet/running.py": "opens a log to write",
    "smallcap/fleet/tasks.py": "the last lines of a log, as text",
    "smallcap/fleet/store/contents.py": "files of the home as bytes, which are not looked into",
    "smallcap/fleet/store/objects.py": "files of the home as bytes, which are not looked into",
    "smallcap/fleet/store/pulling.py": "writes a file whose digest is compared",
    "smallcap/lake/spill.py": "frames that the same run wrote",
    "smallcap/paths.py": "text of a path, made printable",
    "smallcap/private_files.py": "writes a file",
    "pipelines/command/consoles.py": "letters of our own output, for a terminal of another encoding",
    "pipelines/command/opening.py": "opens a browser",
    "smallcap/questions/files.py": "questions of the package",
    "smallcap/questions/worked.py": "questions of the package",
    "smallcap/redaction.py": "bytes of an error, as text",
    "smallcap/repair/reading_apart.py": "paths that the same program lists",
    "smallcap/reports/files.py": "pages that it wrote itself, compared as bytes and searched for their names",
    "smallcap/reports/page/render.py": "templates of the package",
    "smallcap/sources/files/dates.py": "rows that the same module wrote as JSON",
    "smallcap/sources/french/reader.py": "its library's parsing is guarded as a whole (test_french_live)",
    "smallcap/sources/sample/adapter.py": "a payload whose digest is that of what this project kept",
    "smallcap/sources/sample/factor_files.py": "writes a zip",
    "smallcap/reports/filing_document.py": "refused rows that this program wrote as JSON",
    "smallcap/sources/sec/refused.py": "the row that it has just written as JSON",
    "smallcap/tables/views.py": "views of the package",
    "smallcap/warehouse/apart.py": "the memory of a process, from the system",
    "smallcap/warehouse/catalogue.py": "writes a catalogue",
    "smallcap/warehouse/new_files.py": "writes a file",
    "smallcap/warehouse/row_checks.py": "checks of the package",
    "smallcap/warehouse/safety.py": "a statement as DuckDB serialised it (test_warehouse_query)",
    "smallcap/warehouse/serve.py": "flushes a folder to the disk",
    "smallcap/warehouse/statements.py": "statements of the package",
    "pipelines/command/querying.py": "opens the null device; of queries see tests/security/test_sql.py",
    "pipelines/command/report.py": "opens a browser",
    "pipelines/command/unexpected.py": "writes a traceback",
    "pipelines/little_memory.py": "limits that the system states of this process",
    "pipelines/web/group.py": "lines that its own services print (test_ui_lines)",
    "pipelines/web/guard.py": "headers of a request (test_ui_guard)",
    "pipelines/web/sign_in.py": "headers and query of a request (test_ui_token)",
}
"""Modules that call a function that reads, each with where the bytes come from."""


def empty_folder(parent: Path) -> Path:
    """Return an empty folder below a folder; what an earlier example left in it is removed."""
    folder = parent / "used"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
