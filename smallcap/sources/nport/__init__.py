"""Form N-PORT: reads the document, and says which of a fund's positions are members of its index."""
