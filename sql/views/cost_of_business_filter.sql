-- What excluding lines of business cost, for value books (filters 1 and 6 alone; finance alone) and for the whole funnel: the book with the filter less the same book without it, term by term, with Newey-West standard errors; alpha also a year.
-- comparison: filters 1 and 6 (filter 1 among the companies that pass filter 6), finance and filter 6 (financials alone are left out), or whole funnel
-- book: the book with the filter
-- other_book: the book without it
-- difference [as estimate]: of the regression of the return of the book with the filter less that of the book without it
-- difference_annual [fraction a year]: 12 times difference, for alpha alone
-- with_filter [fraction a month, or loading]: the coefficient of the book with the filter
-- without_filter [fraction a month, or loading]: the coefficient of the book without it
-- first_month: first month with returns of both books and the factors
-- last_month: last of those months
-- vintage: YYYYMM of the vintage of the factors
-- status: estimated or insufficient
-- reason: why there are no numbers; null if there are
-- names_with_filter [names]: mean number of names at formation of the book with the filter
-- names_without_filter [names]: mean number of names at formation of the book without it
-- names_lost [names]: mean number of names a formation that the filter leaves out
-- finance_names [names]: mean number of financials a formation in the book without the filter
-- tests_not_asked [rules]: mean number of rules that a financial of the book without the filter was not asked, of those that the book asks
-- tests: what finance was not asked, in words; null if no book was formed
WITH pairs (comparison, book, other_book, place) AS (
    VALUES ('filters 1 and 6', 'value_permitted', 'value_unrestricted', 1),
           ('finance and filter 6', 'value_nonfinancial', 'value_unrestricted', 2),
           ('whole funnel', 'funnel_survivors', 'funnel_survivors_any_business', 3)),
formed AS (
    SELECT DISTINCT book, formed_as_of AS as_of, entity_id
    FROM marts.book_holdings
    WHERE book IN (SELECT book FROM pairs UNION ALL SELECT other_book FROM pairs) AND formed_as_of IS NOT NULL),
formations AS (SELECT DISTINCT as_of FROM formed),
not_asked AS (
    SELECT f.book, f.as_of, f.entity_id, sum(e.rules_not_asked) AS rules
    FROM formed AS f
    JOIN core.books AS b USING (book)
    JOIN core.filter_evaluations AS e USING (as_of, entity_id)
    WHERE NOT list_contains(string_split(coalesce(b.passed_over, ''), ','), CAST(e.filter_number AS VARCHAR))
    GROUP BY f.book, f.as_of, f.entity_id),
counted AS (
    SELECT p.comparison,
           (SELECT count(*) FROM formed AS f WHERE f.book = p.book) / nullif((SELECT count(*) FROM formations), 0) AS names_with_filter,
           (SELECT count(*) FROM formed AS f WHERE f.book = p.other_book) / nullif((SELECT count(*) FROM formations), 0) AS names_without_filter,
           (SELECT count(*) FROM formed AS f LEFT JOIN formed AS kept ON kept.book = p.book AND kept.as_of = f.as_of AND kept.entity_id = f.entity_id
            WHERE f.book = p.other_book AND kept.book IS NULL) / nullif((SELECT count(*) FROM formations), 0) AS names_lost,
           (SELECT count(*) FROM formed AS f JOIN core.members AS m USING (as_of, entity_id)
            WHERE f.book = p.other_book AND m.is_financial) / nullif((SELECT count(*) FROM formations), 0) AS finance_names,
           (SELECT avg(n.rules) FROM not_asked AS n JOIN core.members AS m USING (as_of, entity_id)
            WHERE n.book = p.other_book AND m.is_financial) AS tests_not_asked
    FROM pairs AS p)
SELECT p.comparison, c.term, c.difference, c.difference_std_error, c.difference_t_stat, c.difference_p_value, c.difference_ci_low,
       c.difference_ci_high, CASE WHEN c.term = 'alpha' THEN 12 * c.difference END AS difference_annual,
       c.estimate AS with_filter, c.other_estimate AS without_filter, c.correlation, c.n_obs, c.first_month, c.last_month, c.vintage,
       c.status,
       CASE WHEN (SELECT count(*) FROM formations) = 0 THEN 'no list of members of the end of a June is known, so no book was formed'
            ELSE c.reason END AS reason,
       p.book, p.other_book, n.names_with_filter, n.names_without_filter, n.names_lost, n.finance_names,
       n.tests_not_asked,
       CASE WHEN (SELECT count(*) FROM formations) = 0 THEN NULL
            WHEN n.tests_not_asked IS NULL THEN 'no financial is in the book'
            WHEN n.tests_not_asked = 0 THEN 'finance passes the same tests'
            ELSE format('finance passes {:.0f} fewer tests', n.tests_not_asked) END AS tests
FROM pairs AS p
JOIN marts.book_comparisons AS c USING (book, other_book)
JOIN counted AS n USING (comparison)
WHERE c.covariance = 'HAC'
ORDER BY p.place, list_position(['alpha', 'Mkt-RF', 'SMB', 'HML', 'RMW', 'CMA'], c.term)
