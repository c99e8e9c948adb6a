/* same.h - two configurations: whether PowerMTA does the same with either.

   Always true: order counts only among lines of one directive in one section; what a named source
   says counts where a listener or user asks for it, whatever it is called; what changes nothing by
   the rules of 'defaults' does not count.  */

#ifndef PMTAC_SAME_H
#define PMTAC_SAME_H

#include "buf.h"
#include "model.h"

/* Compares two linked models, whose messages have been made.  Puts what only one says, a line each,
   into 'out': '-' in front of what only the first does, '+' the second; secrets are not shown.
   Returns whether there is none.  */
bool same_models(const struct model *, const struct model *, struct buf *out);

#endif
