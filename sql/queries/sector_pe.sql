-- What does each sector cost: P/E with and without the companies that lose money, and how many those are?
-- parameter: as_of DATE default latest: the date
SELECT coalesce(sector, 'unknown') AS sector, count(*) AS members, count(*) FILTER (net_income_usd <= 0) AS with_losses,
       round(sum(market_cap_usd) FILTER (net_income_usd > 0) / nullif(sum(net_income_usd) FILTER (net_income_usd > 0), 0), 1) AS pe_without_losses,
       if(sum(net_income_usd) > 0, round(sum(market_cap_usd) / sum(net_income_usd), 1), NULL) AS pe_with_losses, round(median(pe), 1) AS pe_median
FROM marts.members_wide
WHERE as_of = $as_of AND NOT is_stale AND market_cap_usd IS NOT NULL AND net_income_usd IS NOT NULL
GROUP BY coalesce(sector, 'unknown')
ORDER BY members DESC, sector;
