-- What can be claimed of this date: are its values as filed, how old are they, who is covered, and why has nobody a score if nobody has?
WITH records AS (FROM core.metrics_as_of WHERE as_of = $as_of AND period_end IS NOT NULL)
SELECT k.label, c.as_of, c.snapshot_date, c.members, c.priced, c.with_fundamentals, c.restated_values, c.assumed_available_dates,
       c.market_caps, c.splits_unchecked,
       (SELECT quantile_disc(date_diff('month', period_end, as_of), 0.5) FROM records) AS median_record_months,
       (SELECT max(available_date) FROM records) AS newest_available_date,
       (SELECT bool_and(is_final) FROM marts.quality_summary WHERE as_of = $as_of AND basis = 'as_published') AS is_as_published_final,
       c.stale_months, c.screened, c.excluded_unusable_ticker, c.excluded_no_fundamentals, c.excluded_stale, c.excluded_missing,
       c.excluded_out_of_range, c.excluded_insufficient_records
FROM meta.catalogue AS k JOIN marts.coverage AS c ON c.as_of = $as_of
