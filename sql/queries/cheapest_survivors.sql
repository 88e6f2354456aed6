-- Which survivors of the funnel are the cheapest by P/E, under a market value and in a quality quintile?
-- parameter: as_of DATE default latest: the date
-- parameter: most_market_cap_usd NUMBER default 500e6: the largest market value in US dollars
-- parameter: quintile INTEGER default 5: the least quality quintile, 5 is best
SELECT ticker, name, sector, round(market_cap_usd / 1e6) AS market_cap_usd_millions, round(pe, 1) AS pe, round(pb, 2) AS pb,
       round(p_fcf, 1) AS p_fcf, round(score, 2) AS score, quintile, outcome
FROM marts.members_wide
WHERE as_of = $as_of AND is_survivor AND market_cap_usd < $most_market_cap_usd AND quintile >= $quintile
ORDER BY pe NULLS LAST, ticker, entity_id;
