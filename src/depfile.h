/* depfile.h - the rule of make that says what a result was made of.

   It names the files that were read, and no other: inputs, what they include, secrets.  Always
   true: each file is named once, in the order of reading, and GNU make reads back the same names.
   Who uses it: deliver.  */

#ifndef PMTAC_DEPFILE_H
#define PMTAC_DEPFILE_H

#include "load.h"

/* Adds to 'out' a rule by which 'targets' depend on the files that 'program' was made of, and an
   empty rule for each that is not an input of the call, so that make goes on where one is gone.
   Standard input is no file.  Returns false if a path cannot stand in a rule: that one is
   '*unfit'.  */
bool depfile_print(const struct program *program, const struct str *targets, size_t n_targets,
                   struct buf *out, struct str *unfit);

#endif
