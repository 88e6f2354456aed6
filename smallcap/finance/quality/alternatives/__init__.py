"""Quality otherwise defined: gross profitability, a composite, Piotroski's F, financials among themselves."""
