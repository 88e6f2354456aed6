"""What `regress` says of the worth of an alpha, from rows of marts.book_evidence."""

from __future__ import annotations

from smallcap.reports.evidence_lines import evidence_lines

ROW: dict[str, object] = {
    "treatment": "all",
    "status": "estimated",
    "alpha_annual": 0.12,
    "block_months": 4.03,
    "p_holm": 0.082,
    "p_benjamini_yekutieli": 0.15,
    "family_size": 3,
    "trials_basis": "assumed",
    "own_trials": "unknown",
    "fewest_trials": 10,
    "most_trials": 1000,
    "deflated_sharpe_fewest": 0.873,
    "deflated_sharpe_most": 0.32,
    "random_books_at_least": 0.161,
    **{
        f"{prefix}_{end}{suffix}": value
        for prefix, suffix in (
            ("ols_ci", ""),
            ("hac_ci", ""),
            ("ci", ""),
            ("ci", "_3_months"),
            ("ci", "_6_months"),
            ("ci", "_12_months"),
        )
        for end, value in (("low", -0.006), ("high", 0.23))
    },
}


def test_every_interval_is_said_with_its_block_length() -> None:
    text = "\n".join(evidence_lines([ROW]))
    assert "classical -0.6% to 23.0%, Newey-West -0.6% to 23.0%" in text
    assert "in blocks of 4.0 months (the optimal length)" in text
    assert all(f"{months} months: -0.6% to 23.0%" in text for months in (3, 6, 12))
    assert "(alphas: 3): 0.082 by Holm, 0.150 by Benjamini and Yekutieli" in text
    assert "87% with 10 assumed trials, 32% with 1000; its own trials: unknown" in text


def test_other_treatments_are_said_with_random_books_treated_alike() -> None:
    other = {**ROW, "treatment": "winsorized", "alpha_annual": 0.119, "random_books_at_least": 0.05}
    assert evidence_lines([ROW, other])[-1] == (
        "winsorized: 11.9% a year, bootstrap -0.6% to 23.0%; 5.0% of random books treated alike do as well"
    )


def test_stated_trials_are_one_number() -> None:
    stated = {**ROW, "trials_basis": "stated", "fewest_trials": 6, "most_trials": 6}
    assert any("87% with 6 stated trials; its own" in line for line in evidence_lines([stated]))


def test_what_is_not_known_is_not_said() -> None:
    bare = {**ROW, "p_holm": None, "deflated_sharpe_most": None}
    assert len(evidence_lines([bare])) == 2
    assert evidence_lines([{**ROW, "status": "insufficient"}]) == []
    assert evidence_lines([]) == []
