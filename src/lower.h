/* lower.h - words of the topology as lines of PowerMTA.

   Expands grammar/lower.def: what 'tls required' or 'auth none' becomes.  Always true: a line that
   is made so knows the word that caused it, and what is lost where the target version does not have
   its directive.  */

#ifndef PMTAC_LOWER_H
#define PMTAC_LOWER_H

#include "model.h"

/* Groups of lower.def.  */
enum lower {
    LOWER_none,
    LOWER_tls_in_none,
    LOWER_tls_in_offered,
    LOWER_tls_in_required,
    LOWER_tls_in_implicit,
    LOWER_auth_required,
    LOWER_auth_none,
    LOWER_relay_yes,
    LOWER_relay_no,
    LOWER_service_yes,
    LOWER_service_no,
    LOWER_closed,
    LOWER_user_certificate,
    LOWER_tls_out_none,
    LOWER_tls_out_opportunistic,
    LOWER_tls_out_required,
    LOWER_tls_out_dane,
    LOWER_tls_out_mta_sts,
    LOWER_tls_out_undone,
    LOWER_sign,
    LOWER_defaults,
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
