/* lower.h - words of the topology as lines of PowerMTA.

   Expands grammar/lower.def: what 'tls required' or 'auth none' becomes.  Always true: a line that
   is made so knows the word that caused it, and what is lost where the target version does not have
   its directive.  */

#ifndef PMTAC_LOWER_H
#define PMTAC_LOWER_H

#include "model.h"

/* Groups of lower.def; LOWER_none has no rows.  */
enum lower {
    LOWER_none,
#define LOWER_GROUP(ID) LOWER_##ID,
#define LOWER(...)
#include "../grammar/lower.def"
#undef LOWER_GROUP
#undef LOWER
    N_LOWERS
};

/* One row of lower.def.  */
struct lower_row {
    enum lower group;
    enum target target;
    struct arg value;
    const char *lost;
};

/* The first row of 'group'; the others follow it, until there is one of another group.  */
const struct lower_row *lower_rows(enum lower group);

/* Adds the rows of 'group' that may stand in 'scope' to 'to', but for directives that 'to' or
   'said' (NULL: nothing) has.  'origin' is the word that caused them.  */
void lower(const struct model *, struct lines *to, enum lower group, enum scope,
           const struct lines *said, struct span origin);

/* The group of an inbound or outbound TLS word.  */
enum lower lower_tls_in(enum tls_word);
enum lower lower_tls_out(enum tls_word);

#endif
