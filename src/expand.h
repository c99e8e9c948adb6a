/* expand.h - variables and ranges: from values as written to the words they stand for.

   A block whose header holds ranges is bound once for each element; inside it every range has the
   header's length and advances with it.  Elsewhere a range in a list expands in its place, and a
   statement with other ranges is repeated.  Always true: a word that was expanded keeps the place
   of what was written; nothing that a variable holds is ever split into two words or read as a
   range.  */

#ifndef PMTAC_EXPAND_H
#define PMTAC_EXPAND_H

#include "ast.h"
#include "dict.h"

enum {
    EXPAND_LIMIT = 1000000, /* elements of one range */
    EXPAND_TOTAL = 16000000 /* of all ranges of a host together */
};

struct var {
    struct str name;
    struct value value;
    struct span span;
    bool busy; /* being looked up: a cycle */
    bool used;
    bool secret; /* a secret was made with it */
};

struct vars {
    struct map map;   /* name to struct var */
    struct map unset; /* what was missed in values that nobody wrote so: said once */
    struct vars *outer;
};

/* Where the arguments of a statement are made.  */
struct scratch {
    VEC(struct arg) args;
    struct buf text;
};

struct env {
    struct arena *arena;
    struct diags *diags;
    struct vars *vars;
    uint32_t count, index; /* of the header around; count 0: none */
    struct span header;    /* its first range */
    bool literal;          /* words are what they say: nothing in them is a range or a variable */
    size_t *budget;        /* elements left */
    struct scratch *scratch;
};

/* The arguments of one statement, keyword included.  They stand in the scratch space of the
   environment, and are good until the next ones are made there.  */
struct args {
    struct arg *v;
    uint32_t n;
};

/* Where the elements of a list stand in a statement.  */
enum expand_lists {
    EXPAND_JOINED, /* values joined by commas */
    EXPAND_EACH,   /* every value behind the keyword: members */
    EXPAND_LIST,   /* the same, and its elements are joined by commas */
    EXPAND_APART   /* none: commas part the fields of one thing */
};

/* The number of elements that the ranges of 'v' give: 0 where there are none, 1 or more else.
   Returns false where they are wrong, and reports it.  */
bool expand_count(struct env *, struct value v, uint32_t *count);

/* How often the statement stands for itself: 1 without ranges outside of lists.  0 where something
   is wrong, which was reported.  */
uint32_t expand_repeats(struct env *, const struct stmt *, enum expand_lists);

/* The arguments for repetition 'i'.  */
struct args expand_args(struct env *, const struct stmt *, enum expand_lists, uint32_t i);

/* The word that 'v' stands for, with element 'i' of its ranges.  */
struct arg expand_value(struct env *, struct value v, uint32_t i);

/* The environment of the header 's' with ranges in one of the 'n' values behind its keyword, for
   each element: sets count and header in 'inner'; count stays 0 without ranges.  Returns false
   where something is wrong, and reports it.  */
bool expand_header(struct env *outer, const struct stmt *s, uint32_t n, struct env *inner);

/* Takes 'n' elements off the budget.  Returns false where it is spent, and reports it at
   'span'.  */
bool expand_spend(struct env *, struct span span, size_t n);

/* The variable 'name', or NULL.  */
struct var *vars_find(struct vars *, struct str name);

#endif
