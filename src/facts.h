/* facts.h - what a configuration says, whatever way it is written.

   A configuration as a set of sections and facts, so that two of them can be compared: by
   'compare', for 'diff', 'convert' and tests.  It is made of what 'plan' hands on for a topology,
   and of the lines as they were read for a configuration of PowerMTA's own, so that nothing is lost
   which the model does not keep.  Sections and lines are in the order in which they were written;
   which order matters is in sections.def and normal.def.

   Always true: one key has one section, however often that is opened; values have one spelling, and
   a secret stands apart from them; `$macro` stands for its domains; a line that restates what holds
   without it is marked 'silent', and so is a key that never signs; every fact knows the place that
   caused it, or nowhere.  */

#ifndef PMTAC_FACTS_H
#define PMTAC_FACTS_H

#include "load.h"
#include "model.h"

/* What a line says.  Lines that say the same one after the other share it.  */
struct fact_words {
    const struct directive *dir; /* NULL: the dictionary does not have it here */
    struct str word;             /* in lower case */
    struct str value;            /* in its one spelling, secrets as asterisks */
    struct str shown;            /* as it is written, secrets as asterisks */
    struct str secret;           /* what the asterisks stand for */
    bool hidden;                 /* it holds a secret */
    bool unread;                 /* which is not known */
    bool usual;                  /* it says what PowerMTA does by itself */
};

/* A line.  */
struct fact {
    const struct fact_words *is;
    struct fact *next;
    struct span span;
    uint32_t depth; /* lists around it that stand behind a line of its section */
    bool silent;    /* it changes nothing */
};

struct facts_section {
    enum scope scope; /* N_SCOPES: no tag of PowerMTA's */
    struct str tag, arg;
    struct str key;
    struct span span; /* of the tag that opened it first */
    struct facts_section *parent;
    struct fact *first, *last;
    bool expanded;    /* a domain that is one of a macro's, while another is written out */
    bool referred;    /* a source that a listener or a user names */
    uint64_t widened; /* directives that wide patterns inside set otherwise than usual, as bits */
};

struct facts {
    struct arena *arena;
    const struct dict *dict;
    const struct directive *const *target; /* of target.def */
    int version;
    struct map sections; /* by key, in order; NULL for one that went into another */
    struct facts_section *global;
    struct map macros; /* name to the words of its line */
    struct buf text;   /* for a moment */
    VEC(struct arg) args, read;
    const struct fact_words **last; /* of each directive: what it said last */
    struct str *usual;              /* of each directive: the default in its one spelling */
    unsigned char *normal;          /* of each directive: enum normal */
    size_t room;                    /* domains that macros may still stand for */
    const place_list *without;          /* of statements that are left out, sorted; or NULL */
};

/* How the lines of a directive count: see normal.def.  */
enum normal {
    NORMAL_SET,
    NORMAL_ORDERED,
    NORMAL_COUNTED,
    NORMAL_KEYS,
    NORMAL_EXPANDED,
    NORMAL_MACRO,
    NORMAL_SECTION
};

enum normal facts_normal(const struct facts *, const struct directive *);

/* The facts of a linked model that was planned before: of what 'plan' makes of it, or of the lines
   of 'program' where they are PowerMTA's own, but for those that begin at one of 'without', sorted,
   which may be NULL.  'scratch' is used in between.  */
void facts_make(struct facts *, struct arena *, struct arena *scratch, const struct program *,
                const struct model *, const place_list *without);

/* The section of 'key', or NULL.  */
struct facts_section *facts_find(const struct facts *, struct str key);

/* The source that 'fact', of a listener or a user, names by a name that means nothing else; NULL
   where it is another fact, or no such source is there.  */
struct facts_section *facts_source(const struct facts *, const struct facts_section *,
                                   const struct fact *);

/* The order of all its lines decides.  */
bool facts_is_ordered(const struct facts_section *);

/* The section is something by itself, even with nothing in it.  */
bool facts_stands(const struct facts_section *);

#endif
