"""A farm to learn on: simulated houses with physics, labelled faults, and a gateway that serves them.

What it shows tests code; it is no evidence about farms. :class:`farmlab.simulator.farm.SimulatedFarm` is the
way in. Its folder holds ``farm.json`` (seed and parameters), ``state.json``, ``days/`` (what the controllers
have shown), ``faults.json`` (injected ones) and ``labels.json`` (the truth, which no analysis reads).

Each house goes forward by itself: people, birds and faults in blocks of five minutes, air and controller
minute by minute. All randomness depends on (seed, purpose, house, day) alone, so the same farm comes out
however it is cut into pieces, and a house is the same in a farm of one and of eight.

Assumptions
-----------
* Weather at 52° north near the sea, one for the whole farm; no rain, no snow.
* One well-mixed air per house, with fixed patterns for where sensors hang; no half-house brooding.
* Broilers give off heat, moisture and CO₂ after CIGR 2002; litter dries in a day and a half, its ammonia
  grows with age, warmth and wetness and lessens with the ammonia in the air. New litter for every flock.
* Leakage follows an orifice (exponent .5), so that pressure has a closed form.
* Flocks of Ross 308 or Cobb 500 a few per cent below the breeder's table, water and feed by their daily
  sums; heat, hunger and thirst change growth, intake and mortality by rules of thumb.
* The dead are found on two walks a day; birds on record are birds alive.
* The controller keeps counters to its own midnight and loses the last five minutes of them to the poll.
* Its current-level airflow is the plates' flow of what it switches on, not what the fans really move.
* Faults come at estimated rates, with leads and repairs shorter than most real ones.
* An empty house shows growth day −2, on the day before placement −1; bird records are empty until then.
"""
