-- evidence, or a reversal, that is dated before the month whose return it speaks against
SELECT month, security_id, evidence, suspect_known_date, reversed_month
FROM core.return_doubts
WHERE suspect_known_date < month OR reversed_month <= month
