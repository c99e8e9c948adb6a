/* matrix.h - the relay proof for people and for programs.

   For each listener of each host: who can relay without login, who after which login, what of that
   in clear text, and which recipients anybody may send to.  Always true: the text folds long lists,
   with counts; the JSON document is complete, and as man/relay.schema.json describes it.  */

#ifndef PMTAC_MATRIX_H
#define PMTAC_MATRIX_H

#include "relay.h"

/* What was read to make the proofs; printed above them.  */
struct matrix {
    const struct relay *const *hosts; /* one for each host that is wanted */
    size_t n_hosts;
    bool whole; /* nothing was left out because of an error */
};

/* Lines of at most 90 columns where no name is longer.  */
void matrix_print_text(const struct matrix *, struct buf *);

/* One JSON document, as pmtac(1) describes it.  */
void matrix_print_json(const struct matrix *, struct buf *);

/* All names that PowerMTA takes mail for, besides the recipients of global lines: of VMTAs.  */
size_t matrix_host_names(const struct relay *, struct str **names);

#endif
