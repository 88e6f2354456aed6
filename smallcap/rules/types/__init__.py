"""The typed objects of the rule sets, one module per subject."""
