pmtac check --fragment --strict -W no-vmta-no-source comment-strict.topo
