from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from farmlab.features import climate, dilution

TIMES = pd.date_range("2026-06-01", periods=3, freq="5min", tz="UTC")


def test_more_air_takes_the_same_share_off_gas_and_moisture() -> None:
    outside, excess = climate.humidity_ratio(10.0, 60.0), np.array([0.006, 0.003, 0.0015])
    warm = pd.Series(22.0, index=TIMES)
    rh = climate.relative_humidity(warm, pd.Series(outside + excess, index=TIMES))
    wide = pd.DataFrame({"temp_c_outside": 10.0, "rh_pct_outside": 60.0}, index=TIMES)

    moisture, per_unit = dilution.of_moisture(rh, wide, warm)
    gas, ppm = dilution.of_co2(pd.Series(dilution.OUTDOOR_CO2_PPM + 2000 * excess / 0.006, index=TIMES))

    assert np.diff(moisture) == pytest.approx([-np.log(2)] * 2, abs=1e-6)
    assert np.diff(gas) == pytest.approx([-np.log(2)] * 2)
    assert ppm.tolist() == pytest.approx([2000, 1000, 500])
    assert per_unit.iloc[0] == pytest.approx(rh.iloc[0] * 0.006 / (outside + 0.006))


def test_air_as_outdoors_gives_no_endless_logarithm() -> None:
    assert np.isfinite(dilution.of_co2(pd.Series([300.0, 420.0]))[0]).all()
    assert np.isfinite(dilution.of_nh3(pd.Series([0.0, -1.0]))[0]).all()


def test_the_controller_comes_as_it_is_and_as_it_was() -> None:
    wide = pd.DataFrame({"airflow_m3h": [1e4] * 5 + [2e4] * 5, "light_pct": [0.0] * 9 + [7.0], "other": 1.0})

    found = dilution.drivers(wide)

    assert found["airflow_m3h"].diff().max() == pytest.approx(np.log(2))
    assert found["airflow_m3h before"].iloc[5 + dilution.LAG] > found["airflow_m3h before"].iloc[4 + dilution.LAG]
    assert found["light_pct"].tolist() == [0.0] * 9 + [1.0]
    assert "other" not in found
