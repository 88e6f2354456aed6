-- How many members pass each rule of eligibility, asked of the rank day that applies?
WITH asked AS (FROM marts.index_eligibility WHERE as_of = $as_of), long AS (
    SELECT rank_date, unnest([
        {'place': 1, 'rule': 'price of at least 1 USD', 'status': price_status},
        {'place': 2, 'rule': 'market value of at least 30 m USD', 'status': market_cap_status},
        {'place': 3, 'rule': 'eligible exchange', 'status': exchange_status},
        {'place': 4, 'rule': 'US company', 'status': country_status},
        {'place': 5, 'rule': 'free float of at least 5%', 'status': free_float_status},
        {'place': 6, 'rule': 'more than 5% of the votes in public hands', 'status': voting_rights_status}], recursive := true)
    FROM asked
)
SELECT rule, any_value(rank_date) AS rank_date, count(*) FILTER (WHERE status = 'pass') AS passed,
       count(*) FILTER (WHERE status = 'fail') AS failed, count(*) FILTER (WHERE status = 'verify') AS verify
FROM long GROUP BY rule, place ORDER BY place
