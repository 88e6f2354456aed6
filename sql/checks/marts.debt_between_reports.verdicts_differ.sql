-- a spell whose two verdicts are the same, or that is ahead though it has ended
SELECT as_of, entity_id, first_known_date, state
FROM marts.debt_between_reports
WHERE status_on_annual = status_on_quarter OR (state = 'ahead') <> (ended_date IS NULL)
