"""A home's publications in an object store: files named by their SHA-256, manifests, numbered pointers."""
