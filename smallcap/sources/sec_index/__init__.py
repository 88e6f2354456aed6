"""The SEC's lists of companies, funds and filings: tickers, submissions, feeds and EDGAR's index."""
