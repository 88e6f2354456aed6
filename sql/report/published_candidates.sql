-- What was published of the value book's candidates, and what is known of them here?
SELECT entity_id, ticker, company, is_member, figure, published, published_highest, ours, difference, published_text, our_text, reason, period_end, available_date, source
FROM marts.published_candidates
WHERE as_of = $as_of
ORDER BY ticker, list_position(['market_cap_usd', 'debt_to_equity', 'roe', 'operating_margin', 'net_cash_usd', 'dividends_paid_usd', 'exchange', 'status', 'note'], figure)
