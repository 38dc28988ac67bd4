"""Forecasts of hourly series: members, what each of them has earned, and intervals that hold what they say."""
