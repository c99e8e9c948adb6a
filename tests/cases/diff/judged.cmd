pmtac diff judged.d/a.conf judged.d/b.conf
