"""Sources of data: one class per kind of source."""
