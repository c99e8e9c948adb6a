/* deliver.h - what becomes of a compilation: files, or text on the standard output.

   Chooses paths and leaves the writing to 'outfile': the files of all hosts and the dependency file
   are written together or not at all.  Always true: an input is never written to, and nothing is
   written where the command line does not fit the topology.  */

#ifndef PMTAC_DELIVER_H
#define PMTAC_DELIVER_H

#include "compile.h"
#include "opts.h"

/* Delivers what 'c', which is COMPILE_FINE, has made as the command line says.  Returns false on
   failure; what is to be said then, in lines, is added to 'talk'.  Memory comes from c->arena.  */
bool deliver(struct compilation *c, const struct opts *o, struct buf *talk);

#endif
