"""What the commands about many homes do and say."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from smallcap.errors import InputError
from smallcap.exit_codes import MEANINGS, ExitCode
from smallcap.fleet.local import LEAVING_SECONDS, LocalPool, most_workers
from smallcap.fleet.outcomes import PUBLISHED, Outcome, exit_code_of, read_outcomes
from smallcap.fleet.plan import HomePlan, plan_home
from smallcap.fleet.pool import Pool, Say, Tell
from smallcap.fleet.questions import fleet_question, fleet_questions
from smallcap.fleet.running import run_fleet
from smallcap.fleet.tasks import last_lines, tasks_of
from smallcap.fleet.view import FILE, require_view, write_view
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.options import Format, written_as
from smallcap.pipelines.command.progress import counting_bar
from smallcap.pipelines.signals import ending_in
from smallcap.reports.terminal import rows_table
from smallcap.settings import load_settings
from smallcap.warehouse import run_query

REMARK = "; homes that were made stay, and the next run goes on with the others"
LAST_LINES = 3
COLUMNS = ("home", "preset", "state", "tables", "years", "requests", "memory", "time", "out of date")


def show_plan(file: Path, root: Path, out: Console, *, is_json: bool) -> None:
    """Show what would be made of each home."""
    tasks, known = tasks_of(file, root), read_outcomes(root)
    plans = [plan_home(task, known) for task in tasks]
    if is_json:
        out.print_json(json.dumps([plan.as_row() for plan in plans]))
        return
    out.print(rows_table(COLUMNS, [_cells(plan) for plan in plans]))
    states = Counter(plan.state for plan in plans)
    seconds = [plan.seconds for plan in plans if plan.seconds is not None]
    unknown = len(plans) - len(seconds)
    told = f"homes: {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}"
    told += f"; about {sum(seconds):,.0f} s of work" if seconds else ""
    told += f"; {unknown} of a size that was not run below this root yet" if unknown else ""
    out.print(escape(told), highlight=False, soft_wrap=True)


def _cells(plan: HomePlan) -> tuple[object, ...]:
    requests = "ask the source" if plan.requests is None else plan.requests
    memory = "unknown" if plan.memory_mb is None else f"{plan.memory_mb:,.0f} MB"
    seconds = "unknown" if plan.seconds is None else f"{plan.seconds:,.0f} s"
    what = plan.stale if len(plan.stale) <= 60 or plan.state == "refused" else f"{plan.stale[:57]}..."
    return plan.name, plan.preset, plan.state, plan.tables, plan.years, requests, memory, seconds, what


def show_run(
    file: Path, root: Path, engine: str, workers: int | None, out: Console, err: Console
) -> ExitCode:
    """Make every home that is not current, write fleet.duckdb, list what failed; return the exit code."""
    tasks = tasks_of(file, root)
    with ending_in(LEAVING_SECONDS + 5, REMARK), _progress(len(tasks), err) as (tell, say):
        outcomes = run_fleet(tasks, root, _pool(engine, workers), tell, say)
    failed = [outcome for outcome in outcomes if outcome.exit_code not in PUBLISHED]
    logs = {task.name: task.log for task in tasks}
    for outcome in failed:
        _show_failure(outcome, logs[outcome.name], out)
    skipped = sum(outcome.is_skipped for outcome in outcomes)
    told = (
        f"{len(tasks)} homes: {len(tasks) - len(failed)} published, of which {skipped} were current; "
        f"{len(failed)} failed"
    )
    out.print(escape(told), highlight=False, soft_wrap=True)
    if len(failed) < len(tasks):
        write_view(root, [task.name for task in tasks])
        told = (
            f"all together: {root / FILE}; its questions: smallcap fleet sql --root {shlex.quote(str(root))}"
        )
        err.print(escape(told), style="dim", highlight=False, soft_wrap=True)
    return exit_code_of(outcomes)


def show_view(file: Path, root: Path, out: Console) -> None:
    """Write fleet.duckdb, and say which homes are in it."""
    tasks = tasks_of(file, root)
    held = write_view(root, [task.name for task in tasks])
    missing = [task.name for task in tasks if task.name not in held]
    told = f"{root / FILE}: {len(held)} homes"
    told += f"; not published yet: {', '.join(missing)}" if missing else ""
    out.print(escape(told), highlight=False, soft_wrap=True)


def _pool(engine: str, workers: int | None) -> Pool:
    if engine == "ray":
        from smallcap.fleet.ray_pool import RayPool

        return RayPool(workers)
    return LocalPool(workers or most_workers())


def _show_failure(outcome: Outcome, log: Path, out: Console) -> None:
    code = outcome.exit_code
    known = ExitCode._value2member_map_.get(code)
    meaning = MEANINGS[ExitCode(code)] if known is not None else "ended by a signal or the system"
    out.print(escape(f"{outcome.name}: exit code {code} ({meaning}), log {log}"), soft_wrap=True)
    for line in last_lines(log, LAST_LINES):
        out.print(escape(f"    {line}"), style="dim", highlight=False, soft_wrap=True)


@contextmanager
def _progress(total: int, err: Console) -> Iterator[tuple[Tell, Say]]:
    """Show how many homes are done, a bar in a terminal, else a line for each; and lines about others."""
    with counting_bar(err) as bar:
        step = bar.add_task("homes", total=total)

        def say(line: str) -> None:
            """Show a line."""
            err.print(escape(f"  {line}"), highlight=False, soft_wrap=True)

        def tell(outcome: Outcome) -> None:
            """Show a home that ended."""
            bar.advance(step)
            how = (
                "current" if outcome.is_skipped else f"exit code {outcome.exit_code}, {outcome.seconds:.0f} s"
            )
            if not (err.is_terminal and outcome.is_skipped):
                say(f"{outcome.name}: {how}")

        yield tell, say


def show_answer(
    root: Path, query: str | None, worked: str | None, output: Format, rows: int, out: Console, err: Console
) -> None:
    """Answer a query about all homes, safely as `smallcap sql` does; without one, list the questions."""
    if query is None and worked is None:
        known = fleet_questions().values()
        out.print(rows_table(("name", "question"), [(one.name, one.words) for one in known]))
        return
    if query is not None and worked is not None:
        raise InputError("give one of: a query, --query NAME")
    text = str(query) if worked is None else fleet_question(worked).sql
    if output is Format.parquet:
        raise InputError("a query of a fleet is written as table, csv, json, jsonl or markdown")
    require_view(root)
    result = run_query(
        root / FILE,
        text,
        written_as(output),
        stream=None if output is Format.table else made_visible(sys.stdout),
        max_rows=rows if output is Format.table else None,
    )
    if output is Format.table:
        out.print(rows_table(result.columns, result.rows))
        if result.is_truncated:
            err.print(f"the first {rows} rows; --rows shows more, --format csv all", style="dim")
    if not result.row_count:
        err.print("no rows", style="dim")


def show_report(file: Path, root: Path, book: str, out: Console, *, is_json: bool) -> None:
    """Show what the variants of a fleet showed, with the corrections for their number."""
    from smallcap.fleet.report import report_of

    tasks = tasks_of(file, root)
    found = report_of(root, [task.name for task in tasks], book, load_settings().reference)
    if is_json:
        named = {"book": found.book, "tried": found.tried, "judged": found.judged, "claim": found.claim()}
        out.print_json(json.dumps({**named, "variants": found.variants.to_dicts()}))
        return
    out.print(rows_table(tuple(found.variants.columns), found.variants.rows()))
    out.print(escape(found.claim()), highlight=False, soft_wrap=True)
