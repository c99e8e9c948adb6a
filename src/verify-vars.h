/* verify-vars.h - the checks that look beyond one model: variables, and what nobody uses.

   A variable has no place in a model, and what is declared for all hosts is unused only where no
   host uses it, so these see more than the functions of verify.def.  Always true: they speak of
   what is missing, so they are for an input without errors so far.  */

#ifndef PMTAC_VERIFY_VARS_H
#define PMTAC_VERIFY_VARS_H

#include "load.h"
#include "verify.h"

/* Reports variables that nothing refers to.  Every host must have been bound.  */
void verify_variables(struct program *);

/* Reports comments that say another time than the value that they stand behind.  */
void verify_comments(const struct program *);

/* Reports what nothing refers to in the 'n' models of a fleet, or in the only one.  */
void verify_unused_fleet(const struct model *const *models, size_t n);

#endif
