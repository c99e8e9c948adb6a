/* pmta.h - what scanner and parser of PowerMTA's own configuration share.  Nobody else includes it.

   The scanner makes the format easy: it hands out the values of a line as one token, a tag with its
   arguments as another, and it closes whatever somebody forgot to close.  So the grammar has a rule
   for every sequence of tokens and never meets a syntax error.  */

#ifndef PMTAC_PMTA_H
#define PMTAC_PMTA_H

#include "share.h"

enum pmta_last { PMTA_NOTHING, PMTA_VALUE, PMTA_COMMA };

/* A section that is open.  */
struct pmta_open {
    struct str tag;
    const char *p; /* its '<' */
    int section;   /* row of sections.def, or -1 */
};

/* Where a section begins, and what had been said before it.  */
struct pmta_begin {
    uint32_t at, depth;
    size_t calls, comments;
};

/* A closing tag.  */
struct pmta_close {
    uint32_t at, end;
};

struct pmta {
    struct arena *arena;
    struct diags *diags;
    struct source *source;
    struct ast_file *file;
    char *text;               /* the buffer; place = base + (p - text) */
    bool clean;               /* printable ASCII throughout */
    VEC(struct value) values; /* of the line or tag that is being read */
    enum pmta_last last;
    const char *last_end;     /* end of the last value */
    const char *comma;        /* the last comma */
    const char *tag;          /* the '<' of the tag that is being read, or NULL */
    struct share share;       /* what was read before */
    struct line_read header;  /* the last line or tag that was read */
    uint32_t depth;
    struct pmta_open open[AST_DEPTH];
    bool ended;               /* too deep: the rest is left alone */
};

static inline uint32_t pmta_place(const struct pmta *t, const char *p)
{
    return t->source->base + (uint32_t)(p - t->text);
}

/* The text at a place.  */
static inline const char *pmta_text(const struct pmta *t, uint32_t place)
{
    return t->text + (place - t->source->base);
}

static inline struct span pmta_span(const struct pmta *t, const char *p, size_t n)
{
    return (struct span){ pmta_place(t, p), pmta_place(t, p) + (uint32_t)n };
}

#endif
