-- an interval of an alpha whose lower end lies above its upper end
SELECT method, holding_months, weighting, scope, portfolio, cost_basis_points, treatment, block
FROM marts.treated_quintiles
WHERE ff5_alpha_ci_low > ff5_alpha_ci_high OR ff5_mom_alpha_ci_low > ff5_mom_alpha_ci_high
   OR ff5_alpha_hac_ci_low > ff5_alpha_hac_ci_high OR ff5_mom_alpha_hac_ci_low > ff5_mom_alpha_hac_ci_high
