/* compare.h - what differs between two configurations.

   For 'diff' and for whoever wants to know that a conversion is one.  Always true: the order of
   differences is that of the sections of the first configuration, then of those that only the
   second has; nothing printed holds a secret; the same two configurations give the same bytes.  */

#ifndef PMTAC_COMPARE_H
#define PMTAC_COMPARE_H

#include "facts.h"

enum { COMPARE_SIDES = 2 };

enum difference_kind {
#define DIFFERENCE(ID, ...) DIFFERENCE_##ID,
#include "../grammar/differences.def"
#undef DIFFERENCE
    N_DIFFERENCES
};

/* Lines of one section that are not the same on both sides.  */
struct difference {
    enum difference_kind kind;
    const struct facts_section *section[COMPARE_SIDES]; /* NULL where that side has none */
    const struct fact *const *facts[COMPARE_SIDES];
    size_t n[COMPARE_SIDES];
};

struct comparison {
    struct arena *arena;
    const struct facts *side[COMPARE_SIDES];
    VEC(struct difference) list;
    size_t n_unread;  /* secrets that could not be compared */
    struct map pairs; /* of sources that were compared with each other */
};

/* Compares; all memory is 'arena's.  'c->list' is empty where both come to the same, as far as
   secrets are known: 'c->n_unread' of them are not, which is no difference.  */
void compare(struct comparison *c, struct arena *arena, const struct facts *a,
             const struct facts *b);

/* One side, for printing.  */
struct compare_side {
    struct diags *diags; /* know its places and its secrets */
};

/* Appends the differences for people: the section, then its lines behind '-' where only the first
   side has them and behind '+' where only the second has them, each with its place.  'host' names
   it; "" where there is none.  */
void compare_print(const struct comparison *, const struct compare_side sides[COMPARE_SIDES],
                   struct str host, struct buf *);

/* Appends one JSON object, as man/pmtac-diff.schema.json describes a member of its "hosts".  */
void compare_print_json(const struct comparison *, const struct compare_side sides[COMPARE_SIDES],
                        struct str host, struct buf *);

#endif
