-- Each valuation figure of the index beside the median of its own history up to that as_of, and the weight that it covers; how many dates the history has says history_dates.
-- history_dates [dates]: how many dates the history has up to as_of, each as_of counted once
-- pe_excluding_losses_median [multiple]: median of pe_excluding_losses over that history
-- pe_including_losses_median [multiple]: median of pe_including_losses over that history
-- pb_median [multiple]: median of pb over that history
-- ps_median [multiple]: median of ps over that history
-- dividend_yield_median [fraction]: median of dividend_yield over that history
-- unprofitable_share_median [fraction]: median of unprofitable_share over that history
-- unprofitable_weight_share_median [fraction]: median of unprofitable_weight_share over that history
SELECT as_of,
       count(*) OVER history AS history_dates,
       pe_excluding_losses,
       median(pe_excluding_losses) OVER history AS pe_excluding_losses_median,
       pe_excluding_losses_weight,
       pe_including_losses,
       median(pe_including_losses) OVER history AS pe_including_losses_median,
       pe_including_losses_reason,
       pe_including_losses_weight,
       pb,
       median(pb) OVER history AS pb_median,
       pb_weight,
       ps,
       median(ps) OVER history AS ps_median,
       ps_weight,
       dividend_yield,
       median(dividend_yield) OVER history AS dividend_yield_median,
       dividend_yield_weight,
       unprofitable_share,
       median(unprofitable_share) OVER history AS unprofitable_share_median,
       unprofitable_weight_share,
       median(unprofitable_weight_share) OVER history AS unprofitable_weight_share_median,
       earnings_weight
FROM marts.index_profile
WINDOW history AS (ORDER BY as_of ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
ORDER BY as_of
