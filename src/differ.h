/* differ.h - the command 'diff': two inputs, read each by itself, and what is between them.

   Always true: nothing is written but to the two texts, and neither holds a secret.  */

#ifndef PMTAC_DIFFER_H
#define PMTAC_DIFFER_H

#include "opts.h"

enum differ_status { DIFFER_SAME, DIFFER_DIFFERENT, DIFFER_TROUBLE };

/* Compares the two inputs of 'o', host by host.  Appends what differs to 'out', and messages about
   inputs and what else went wrong to 'talk'; all memory is theirs.  */
enum differ_status differ(const struct opts *o, const struct io *io, struct buf *out,
                          struct buf *talk);

/* The same with the one input of 'o' and 'text', a topology that nobody has written to a file yet
   and that is called 'name': whether a conversion says what it was made of.  'text' is as long as
   it says and may hold anything.  */
enum differ_status differ_text(const struct opts *o, const struct io *io, const char *name,
                               struct str text, struct buf *out, struct buf *talk);

#endif
