"""The well-known methods, registered beside the default so that anyone can compare: one statistic per reading each."""
