"""What readings mean: regular time, climate, the flock against its breed, water and feed, equipment."""
