-- Which members turned a loss of the year before into a profit, by what was known at the latest date?
WITH latest AS (SELECT max(as_of) AS as_of FROM core.metrics_as_of),
years AS (
    SELECT m.as_of, m.entity_id, r.period_end, r.net_income_usd, r.revenue_usd, r.available_date
    FROM core.metrics_as_of AS m
    JOIN latest USING (as_of)
    JOIN core.visible_annual_metrics_by_period((SELECT max(as_of) FROM core.metrics_as_of)) AS r
        ON r.entity_id = m.entity_id AND r.period_end <= m.period_end
    WHERE NOT m.is_stale
),
pairs AS (
    SELECT *, lead(net_income_usd) OVER earlier AS net_income_before_usd, lead(period_end) OVER earlier AS period_before,
           row_number() OVER earlier AS place
    FROM years
    WINDOW earlier AS (PARTITION BY entity_id ORDER BY period_end DESC)
)
SELECT m.ticker, m.name, m.sector, p.period_end, round(p.net_income_before_usd / 1e6, 1) AS before_usd_millions,
       round(p.net_income_usd / 1e6, 1) AS now_usd_millions, p.available_date AS known_since
FROM pairs AS p
JOIN core.members AS m USING (as_of, entity_id)
WHERE p.place = 1 AND p.net_income_usd > 0 AND p.net_income_before_usd < 0
  AND p.period_end - p.period_before BETWEEN 350 AND 380
ORDER BY p.net_income_usd DESC, m.ticker
LIMIT 50;
