-- Which factors do the companies of each quality quintile load on, by the months before the date?
-- parameter: as_of DATE default latest: the date
SELECT quintile, count(*) AS companies, count(market_loading) AS with_loadings, round(median(market_loading), 2) AS market,
       round(median(smb_loading), 2) AS smb, round(median(hml_loading), 2) AS hml, round(median(rmw_loading), 2) AS rmw,
       round(median(cma_loading), 2) AS cma, bool_or(is_loading_vintage_later) AS is_vintage_later
FROM marts.members_wide
WHERE as_of = $as_of AND quintile IS NOT NULL
GROUP BY quintile
ORDER BY quintile DESC;
