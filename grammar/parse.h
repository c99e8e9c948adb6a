/* parse.h - the door to the grammars: bytes in, tree out.

   All readers are pure: all state is in the call.  They report what they cannot read, go on with
   the next statement, and never fail as a whole: the tree holds whatever was understood.  Always
   true: what a reader has reported is marked 'bad' in the tree, so that nobody does it again.  */

#ifndef PMTAC_PARSE_H
#define PMTAC_PARSE_H

#include "ast.h"

/* Reads the topology language.  */
void parse_topo(struct arena *, struct diags *, struct source *, struct ast_file *out);

/* Reads PowerMTA's own configuration.  */
void parse_pmta(struct arena *, struct diags *, struct source *, struct ast_file *out);

enum row_shape { ROW_SUBMISSION, ROW_CLIENT_DELIVERY, ROW_NON_TLS, ROW_BAD };

/* One legacy row.  Fields are in its own order.  */
struct row {
    struct span line;            /* the whole row */
    struct span span[6];         /* of the fields, without blanks around them */
    uint8_t shape;               /* enum row_shape */
    uint8_t n_fields;
    bool plain;                  /* holds no capital, and nothing that a word cannot hold */
};

struct rows {
    struct source *source;
    VEC(struct row) list;        /* bad ones are left out */
    VEC(struct span) comments;
};

/* The text of 'span', which is in 'rows'.  */
static inline struct str row_text(const struct rows *rows, struct span span)
{
    return (struct str){ rows->source->text.p + (span.lo - rows->source->base), span.hi - span.lo };
}

/* The text of field 'i'.  */
static inline struct str row_field(const struct rows *rows, const struct row *row, size_t i)
{
    return row_text(rows, row->span[i]);
}

/* Reads legacy rows.  */
void parse_pipe(struct arena *, struct diags *, struct source *, struct rows *out);

/* Reports what is no text in 'source': NUL bytes, invalid UTF-8, control characters; 'clean' says
   that it is all printable ASCII, tabs and line ends.  Returns false where reading on is no use: a
   NUL byte, UTF-16.  A byte order mark at the start is fine; '*start' is behind it.  */
bool text_check(struct diags *, const struct source *, size_t *start, bool *clean);

/* Reports the first character in the text of 'span' that a word cannot hold (curly quotes,
   invisible characters, controls, invalid UTF-8) and returns false.  */
bool text_check_word(struct diags *, const struct source *, struct span span);

/* The same for a comment, where an invisible character is a warning and the rest as 'level' says.
 */
void text_check_comment(struct diags *, const struct source *, struct span span, enum level level);

#endif
