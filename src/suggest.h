/* suggest.h - the nearest word.

   Candidates are always names that would be valid at the place; the caller offers them one by one.
   The measure is the restricted Damerau-Levenshtein distance (a swap of neighbours counts one), the
   limit a third of the longer word.  Always true: a word is never suggested for itself, and the
   first of equals wins.  */

#ifndef PMTAC_SUGGEST_H
#define PMTAC_SUGGEST_H

#include "str.h"

struct suggest {
    struct str word;         /* as written */
    struct str best;         /* empty: nothing near */
    size_t distance;
};

void suggest_init(struct suggest *, struct str word);

/* Considers 'candidate'.  Words over 64 bytes are never near.  */
void suggest_offer(struct suggest *, struct str candidate);

#endif
