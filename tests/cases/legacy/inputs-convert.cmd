pmtac convert inputs.d/a.psv inputs.d/b.psv inputs.d/c.psv
