-- a flow that is a difference of two figures of which one was not known on the row's day
SELECT own.entity_id, own.period_end, own.available_date, own.income_basis, own.cash_flow_basis
FROM core.quarterly_fundamentals AS own
WHERE (own.income_basis <> 'reported' OR own.cash_flow_basis <> 'reported')
  AND NOT (
      EXISTS (
          SELECT 1 FROM raw.quarterly_fundamentals AS before
          WHERE before.entity_id = own.entity_id
            AND before.period_end BETWEEN own.period_end - 120 AND own.period_end - 80
            AND before.available_date <= own.available_date
      )
      AND (
          'annual less nine months' NOT IN (coalesce(own.income_basis, ''), coalesce(own.cash_flow_basis, ''))
          OR EXISTS (
              SELECT 1 FROM core.annual_fundamentals AS annual
              WHERE annual.entity_id = own.entity_id
                AND annual.period_end = own.period_end
                AND annual.available_date <= own.available_date
          )
      )
  )
