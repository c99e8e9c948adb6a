/* verify.h - the checks that judge a whole model.

   Each is one short function in a verify-*.c and one row of grammar/verify.def; it reads the linked
   model, changes nothing, and reports under the name of its check.  Always true: a check stays
   silent about whatever is marked bad, and about what cannot be known because names may be defined
   in a file that only the server reads ('foreign_names').  */

#ifndef PMTAC_VERIFY_H
#define PMTAC_VERIFY_H

#include "model.h"

/* The ground a check stands on.  */
enum ground {
    GROUND_PARTS,                /* looks at parts; those that are bad are marked */
    GROUND_WHOLE                 /* speaks of what is missing: an input without errors so far */
};

/* Runs all checks over 'model'.  'whole' says that nothing has been reported as an error.  */
void verify(const struct model *model, bool whole);

/* Runs the checks that compare hosts.  */
void verify_fleet(const struct model *const *models, size_t n);

#define VERIFY(FUNCTION, GROUND) void verify_##FUNCTION(const struct model *);
#include "../grammar/verify.def"
#undef VERIFY

#endif
