/* explain.h - what each check means, in words and by example.

   The texts are those of explain.def.  Always true: every check has its row, in a chapter; of its
   two examples the bad one is reported by the check and the good one is silent.  */

#ifndef PMTAC_EXPLAIN_H
#define PMTAC_EXPLAIN_H

#include "diag.h"

/* How the examples of a check are compiled.  */
enum explain_way { EXPLAIN_WHOLE, EXPLAIN_FRAGMENT, EXPLAIN_ROWS, EXPLAIN_READ };

struct explanation {
    enum check check;
    enum explain_way way;
    const char *chapter, *meaning, *why, *cure, *bad, *good;
};

/* The explanation of 'check', or NULL where the table lacks it.  */
const struct explanation *explain_row(enum check check);

/* Appends all that is to be said about 'check', for people.  */
void explain_check(struct buf *, enum check check);

/* Appends one line for each check, by chapters: its name, its usual level, what it is about.  */
void explain_list(struct buf *);

#endif
