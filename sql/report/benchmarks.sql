-- What did the index funds return up to the date, and how did they move with the market?
SELECT ticker, tracks, role, years, first_month, last_month, months, annual_return, volatility, sharpe, beta, falling_months, beta_falling,
       capture_falling, max_drawdown, drawdown_months, is_drawdown_over, alpha_annual, mkt_rf, smb, hml, rmw, cma, t_alpha, r_squared, vintage,
       is_vintage_later, status, reason
FROM marts.benchmark_panel
WHERE as_of = $as_of
ORDER BY list_position(['index', 'rival', 'large'], role), ticker, years
