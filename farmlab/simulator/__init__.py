"""A farm to learn on: house physics, labelled faults, and a RotemNet gateway on loopback."""
