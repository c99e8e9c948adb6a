/* pipe.h - what scanner and parser of the legacy rows share.  Nobody else includes it.

   The scanner hands out a row and the end of its line, so every sequence of tokens has a rule; the
   parser cuts the row into fields.  What the two cannot read they report, and the row is left out;
   the next line is read as if nothing had been.  */

#ifndef PMTAC_PIPE_H
#define PMTAC_PIPE_H

#include "parse.h"

enum { PIPE_FIELDS = 6 };        /* split off; the last one takes the rest of its line */

struct pipe {
    struct arena *arena;
    struct diags *diags;
    struct source *source;
    struct rows *rows;
    char *text;                  /* the buffer; place = base + (p - text) */
    bool clean;                  /* printable ASCII throughout */
    struct row row;              /* being read */
    bool bad;                    /* something in it was reported */
};

static inline uint32_t pipe_place(const struct pipe *t, const char *p)
{
    return t->source->base + (uint32_t)(p - t->text);
}

static inline struct span pipe_span(const struct pipe *t, const char *p, size_t n)
{
    return (struct span){ pipe_place(t, p), pipe_place(t, p) + (uint32_t)n };
}

#endif
