"""What the notebooks compose: a file an analysis, from a scope to tables, figures and findings."""
