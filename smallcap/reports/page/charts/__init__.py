"""The charts of a report, each for a screen and for a phone, of figures that its tables show as well."""
