"""The `smallcap` command: one module per command."""
