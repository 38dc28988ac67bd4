"""Benchmarks: ``make bench``. Figures of one run on one machine; ratios are what travels."""
