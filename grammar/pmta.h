/* pmta.h - what scanner and parser of PowerMTA's own configuration share.  Nobody else includes it.

   The scanner makes the format easy: it hands out the values of a line as one token, a tag with its
   arguments as another, and it closes whatever somebody forgot to close.  So the grammar has a rule
   for every sequence of tokens and never meets a syntax error.  */

#ifndef PMTAC_PMTA_H
#define PMTAC_PMTA_H

#include "parse.h"

enum pmta_last { PMTA_NOTHING, PMTA_VALUE, PMTA_COMMA };

/* A section that is open.  */
struct pmta_open {
    struct str tag;
    const char *p; /* its '<' */
    int section;   /* row of sections.def, or -1 */
};

/* The values of a line or of a tag, and where they begin and end.  */
struct pmta_line {
    const struct words *words;
    uint32_t lo, end;
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
    uint32_t depth;
    struct pmta_open open[AST_DEPTH];
    bool ended;               /* too deep: the rest is left alone */
};

static inline uint32_t pmta_place(const struct pmta *t, const char *p)
{
    return t->source->base + (uint32_t)(p - t->text);
}

static inline struct span pmta_span(const struct pmta *t, const char *p, size_t n)
{
    return (struct span){ pmta_place(t, p), pmta_place(t, p) + (uint32_t)n };
}

#endif
