/* emit.h - the output tree as text.

   Decides nothing: the tree says what stands where.  The same tree gives the same bytes.  */

#ifndef PMTAC_EMIT_H
#define PMTAC_EMIT_H

#include "conf.h"

struct emit_options {
    struct str header; /* comment lines at the top, without their '#' */
    bool annotate;     /* "# FILE:LINE" behind each line that has an origin */
    bool redact;       /* secrets as asterisks */
};

/* Appends what stands above all sections to 'out'.  */
void emit_header(const struct emit_options *, struct buf *out);

/* Appends the 'n' values of a line with directive 'dir', as they are written behind it.  */
void emit_values(struct buf *out, const struct directive *dir, const struct arg *args, uint32_t n,
                 bool redact);

/* Appends the sections of the tree to 'out'.  */
void emit(const struct conf *, struct sources *, const struct emit_options *, struct buf *out);

#endif
