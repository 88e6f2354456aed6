-- Which companies have the text in their name: members of the date first, each with the symbol by which it is found at the date?
WITH named AS (
    SELECT entity_id, ticker, name, as_of FROM core.members WHERE contains(lower(name), lower($text))
    UNION ALL
    SELECT entity_id, ticker, name, NULL FROM raw.securities
    WHERE contains(lower(name), lower($text)) AND entity_id IS NOT NULL
)
SELECT entity_id,
       coalesce(arg_max(ticker, as_of) FILTER (WHERE as_of <= $as_of), arg_min(ticker, as_of), max(ticker)) AS ticker,
       coalesce(arg_max(name, as_of), max(name)) AS name, min(as_of) AS first_as_of, max(as_of) AS last_as_of,
       coalesce(bool_or(as_of = $as_of), false) AS is_member
FROM named
GROUP BY entity_id
ORDER BY is_member DESC, last_as_of DESC NULLS LAST, name, entity_id
