"""What is done to the body of a true answer: rows lost, doubled, misnamed or mistyped."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from tests.standin.wire import JSON, Answer

Parameters = dict[str, Any]
Rows = list[dict[str, Any]]

HOSTILE_NAME: Final = (
    'O\'Neil "Best" & <script>alert(1)</script>, ../../etc/passwd \\ %s; DROP TABLE members;-- \u202e\n=1+1'
)
"""Characters that do harm wherever text is trusted: in SQL, HTML, paths, CSV, format strings and
terminals.
"""


def _rows(change: Callable[[Rows, Parameters], Rows]) -> Callable[[Answer, Parameters], Answer]:
    """Make a change of rows a change of an answer; the counts in `meta` stay what they were."""

    def spoil(answer: Answer, parameters: Parameters) -> Answer:
        body = _body(answer)
        if not isinstance(body.get("data"), list):
            return answer
        rows = change(body["data"], parameters)
        return replace(answer, content=json.dumps({**body, "data": rows}).encode(), rows=len(rows))

    return spoil


def _meta(change: Parameters) -> Callable[[Answer, Parameters], Answer]:
    def spoil(answer: Answer, _: Parameters) -> Answer:
        body = _body(answer)
        return replace(
            answer, content=json.dumps({**body, "meta": {**body.get("meta", {}), **change}}).encode()
        )

    return spoil


def _without_some(answer: Answer, parameters: Parameters) -> Answer:
    """Leave out lines as if they were unknown: those named by `tickers` or `entity_ids`, else the first."""
    body = _body(answer)
    data = body.get("data")
    if data is None:
        return answer
    named = {str(name) for name in (*parameters.get("tickers", ()), *parameters.get("entity_ids", ()))}
    if isinstance(data, dict):
        kept: Any = {
            ticker: found for ticker, found in data.items() if ticker not in (named or set(list(data)[:1]))
        }
    else:
        named = named or {str(row["entity_id"]) for row in data[:1]}
        kept = [row for row in data if not named & {str(row.get("ticker")), str(row.get("entity_id"))}]
    return replace(answer, content=json.dumps({**body, "data": kept}).encode(), rows=len(kept))


def _unresolved(answer: Answer, _: Parameters) -> Answer:
    """Answer that none of the tickers is known."""
    body = _body(answer)
    meta = body.get("meta", {})
    known = [*meta.get("tickers_unresolved", ()), *meta.get("tickers_resolved", ())]
    changed = {**meta, "tickers_resolved": [], "tickers_unresolved": known}
    return replace(answer, content=json.dumps({"data": {}, "meta": changed}).encode(), rows=0)


def _doubled(answer: Answer, _: Parameters) -> Answer:
    """Send everything twice: the rows of a JSON page, or a whole file after itself."""
    if answer.content_type != JSON:
        return replace(answer, content=answer.content * 2)
    return _rows(lambda rows, _: rows + rows)(answer, {})


def _emptied(answer: Answer, _: Parameters) -> Answer:
    body = _body(answer)
    empty: Any = {} if isinstance(body.get("data"), dict) else []
    meta = {name: 0 if name in ("count", "total") else value for name, value in body.get("meta", {}).items()}
    return replace(
        answer, content=json.dumps({"data": empty, "meta": {**meta, "has_more": False}}).encode(), rows=0
    )


def _set(
    value: Callable[[Any, Parameters], Any], column: str, is_first_only: bool = False
) -> Callable[[Answer, Parameters], Answer]:
    """Change the value of a column, in every row or in the first that has one."""

    def change(rows: Rows, parameters: Parameters) -> Rows:
        name = parameters.get("column", column)
        concerned = [row for row in rows if row.get(name) is not None]
        for row in concerned[:1] if is_first_only else concerned:
            row[name] = value(row[name], parameters)
        return rows

    return _rows(change)


def _without_ids(rows: Rows, parameters: Parameters) -> Rows:
    """Blank the entity id of every so many rows, of all without the parameter `every`."""
    every = parameters.get("every", 1)
    return [{**row, "entity_id": None} if number % every == 0 else row for number, row in enumerate(rows)]


def _kept(parameters: Parameters) -> Callable[[Any], bool]:
    """Choose a part of the ids: the same ids for the same `percent` and `salt`, more for a larger percent."""

    def is_kept(identifier: Any) -> bool:
        digest = hashlib.sha256(f"{parameters.get('salt', '')}|{identifier}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % 100 < parameters["percent"]

    return is_kept


def _sparse(answer: Answer, parameters: Parameters) -> Answer:
    """Serve only some of the ids, as if the others had no rows; counts agree with what is sent."""
    body, is_kept = _body(answer), _kept(parameters)
    if not isinstance(body.get("data"), list):
        return answer
    rows = [row for row in body["data"] if is_kept(row.get("entity_id"))]
    counts = {name: len(rows) for name in ("count", "total") if name in body.get("meta", {})}
    changed = {**body, "data": rows, "meta": {**body.get("meta", {}), **counts}}
    return replace(answer, content=json.dumps(changed).encode(), rows=len(rows))


def _blanked(rows: Rows, parameters: Parameters) -> Rows:
    """Blank the numbers of the rows of some ids, and leave ids, dates and texts."""
    is_kept = _kept(parameters)
    return [
        row
        if is_kept(row.get("entity_id"))
        else {name: None if isinstance(value, float) else value for name, value in row.items()}
        for row in rows
    ]


def _shifted(value: Any, parameters: Parameters) -> str:
    """Move a date by so many `days`."""
    return (dt.date.fromisoformat(str(value)[:10]) + dt.timedelta(days=parameters["days"])).isoformat()


def _scaled(value: Any, parameters: Parameters) -> Any:
    """Multiply a number by `factor`."""
    return value * parameters["factor"] if isinstance(value, int | float) else value


def _contradicted(rows: Rows, parameters: Parameters) -> Rows:
    """Send each row twice, the second time with another number in `column`."""
    return [
        *rows,
        *(
            {**row, parameters["column"]: _scaled(row.get(parameters["column"]), {"factor": 1.5})}
            for row in rows
        ),
    ]


def _under_other_ids(rows: Rows, parameters: Parameters) -> Rows:
    """Send the rows under ids that nobody asked for."""
    return [{**row, "entity_id": int(row["entity_id"]) + parameters.get("offset", 7)} for row in rows]


def _bytes_replaced(answer: Answer, parameters: Parameters) -> Answer:
    """Put bytes that are no UTF-8 into the middle."""
    middle = len(answer.content) // 2
    content = answer.content[:middle] + b"\xff\xfe\x00" + answer.content[middle + 3 :]
    return replace(answer, content=content)


def _cut_off(rows: Rows, _: Parameters) -> Rows:
    """Leave out the second half of the rows, as if a page ended early; the counts in `meta` stay."""
    return rows[: len(rows) // 2]


def _body(answer: Answer) -> dict[str, Any]:
    return json.loads(answer.content) if answer.content_type == JSON else {}


SPOILED: Final[dict[str, Callable[[Answer, Parameters], Answer]]] = {
    "missing_cursor": _meta({"has_more": True, "next_cursor": None}),
    "missing_tickers": _without_some,
    "unresolved": _unresolved,
    "sparse": _sparse,
    "blanked": _rows(_blanked),
    "duplicated_body": _doubled,
    "empty": _emptied,
    "null_entity_ids": _rows(_without_ids),
    "missing_column": _rows(
        lambda rows, p: [{name: value for name, value in row.items() if name != p["column"]} for row in rows]
    ),
    "extra_column": _rows(
        lambda rows, p: [{**row, p.get("column", "surprise"): p.get("value", 1)} for row in rows]
    ),
    "text_number": _set(lambda value, p: p.get("value", str(value)), "revenue", is_first_only=True),
    "nan": _set(lambda value, p: math.nan, "revenue", is_first_only=True),
    "null_values": _set(lambda value, p: None, "revenue"),
    "scaled": _set(_scaled, "revenue"),
    "shifted_dates": _set(_shifted, "date"),
    "not_a_date": _set(lambda value, p: p.get("value", "31/12/2026"), "date", is_first_only=True),
    "contradicted": _rows(_contradicted),
    "other_ids": _rows(_under_other_ids),
    "renamed_column": _rows(
        lambda rows, p: [
            {(p["to"] if name == p["column"] else name): value for name, value in row.items()} for row in rows
        ]
    ),
    "wrong_count": _meta({"count": 1_000_000, "total": 1_000_000}),
    "half_a_page": _rows(_cut_off),
    "garbled": _bytes_replaced,
    "hostile_names": _set(lambda value, p: HOSTILE_NAME, "entity_name"),
}
