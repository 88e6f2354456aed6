-- a member of which no quarter is known, whose figures on the latest footing are not its annual ones
SELECT t.as_of, t.entity_id
FROM core.trailing_as_of AS t
FULL JOIN (FROM core.metrics_as_of WHERE as_of IN (SELECT DISTINCT as_of FROM core.trailing_as_of)) AS a USING (as_of, entity_id)
WHERE t.entity_id IS NULL OR a.entity_id IS NULL
    OR t.is_annual_only AND (t.period_end, t.available_date, t.market_cap_usd, t.debt_to_equity, t.pb, t.pe, t.p_fcf, t.altman_z)
        IS DISTINCT FROM (a.period_end, a.available_date, a.market_cap_usd, a.debt_to_equity, a.pb, a.pe, a.p_fcf, a.altman_z)
