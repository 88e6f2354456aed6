-- How did the index funds do over ten years up to a date, and how much of it is the market?
-- parameter: as_of DATE default latest: the date
SELECT ticker, tracks, years, round(annual_return, 4) AS annual_return, round(volatility, 4) AS volatility, round(sharpe, 2) AS sharpe,
       round(beta, 2) AS beta, round(beta_falling, 2) AS beta_falling, round(max_drawdown, 3) AS max_drawdown, drawdown_months,
       round(smb, 2) AS smb, round(hml, 2) AS hml, round(rmw, 2) AS rmw, status, reason
FROM marts.benchmark_panel
WHERE as_of = $as_of
ORDER BY list_position(['index', 'rival', 'large'], role), ticker, years;
