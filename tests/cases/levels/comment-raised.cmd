pmtac check --fragment -W error=vmta-no-source -Werror comment-strict.topo
