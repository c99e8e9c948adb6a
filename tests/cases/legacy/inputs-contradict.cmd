pmtac build --fragment inputs.d/a.psv inputs.d/d.psv
