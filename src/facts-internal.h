/* facts-internal.h - what the files of 'facts' share.  Nobody else includes it.  */

#ifndef PMTAC_FACTS_INTERNAL_H
#define PMTAC_FACTS_INTERNAL_H

#include "facts.h"

/* Sections that have the same lines: one, or those of a macro's domains.  */
struct facts_group {
    struct facts_section **v;
    size_t n;
};

/* A line on its way.  */
struct facts_line {
    const struct directive *dir; /* NULL: unknown */
    struct str word;
    const struct arg *args;
    uint32_t n;
    struct span span;
    uint32_t depth;
};

void facts_init(struct facts *, struct arena *, const struct model *);

/* The sections that the tag opens in 'parent'.  */
struct facts_group facts_open(struct facts *, struct facts_section *parent, enum scope,
                              struct str tag, struct str arg, struct span);

/* Adds the line to all sections of the group.  */
void facts_add(struct facts *, const struct facts_group *, const struct facts_line *);

/* Learns what the macro of a line 'domain-macro' stands for.  */
void facts_learn(struct facts *, const struct facts_line *);

/* The texts that 'text' stands for, into 'out': itself where it holds no macro that is known.  */
typedef VEC(struct str) str_vec;
void facts_expand(struct facts *, struct str text, str_vec *out);

/* The key of a section.  */
struct str facts_key(struct facts *, const struct facts_section *parent, enum scope, struct str tag,
                     struct str arg);

/* When all has been added: what macros and defaults come to.  */
void facts_settle(struct facts *, const struct model *);

/* Marks the lines that restate what holds without them.  */
void facts_silence(struct facts *, const struct model *);

#endif
