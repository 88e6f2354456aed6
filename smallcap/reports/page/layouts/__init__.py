"""The tables of the page, one module per section; `smallcap.reports.page.tables` sets them."""
