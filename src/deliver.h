/* deliver.h - what becomes of a compilation: files, or text on the standard output.

   Chooses paths and leaves the writing to 'outfile': the files of all hosts and the dependency file
   are written together or not at all.  Files are made before all has been said of them, and get
   their names when that is known to be fine.  Always true: an input is never written to, and
   nothing is written where the command line does not fit the topology.  */

#ifndef PMTAC_DELIVER_H
#define PMTAC_DELIVER_H

#include "compile.h"
#include "opts.h"

struct delivery;

/* Makes what 'c', of which 'compile_start' has said COMPILE_FINE, becomes as the command line says,
   but gives no file its name and writes nothing to the standard output.  Goes before
   'compile_finish'.  Memory comes from c->arena; both arguments must outlive the result.  Where
   files are on their way signals that people send are held back from here on.  */
struct delivery *deliver_begin(struct compilation *c, const struct opts *o);

/* Delivers it: 'c' is COMPILE_FINE in the end.  Returns false on failure, of 'deliver_begin' too;
   what is to be said then, in lines, is added to 'talk'.  */
bool deliver_end(struct delivery *, struct buf *talk);

/* Forgets it, which may be NULL: every file is as it was.  */
void deliver_drop(struct delivery *);

#endif
