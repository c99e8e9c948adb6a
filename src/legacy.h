/* legacy.h - what legacy rows say, in statements of the topology language.

   Rows become the same tree as anybody's topology, so no later pass knows about rows.  'bind' calls
   this for the rows that a topology names, the pipeline for rows of their own, and the converter
   prints the result.

   Always true: every value that is made stands at the field of the row that it comes from, or at
   the whole row; what a field holds stays what it is, whatever characters are in it; statements are
   in the order of the rows that they come from first, pools and users of the block behind them.  */

#ifndef PMTAC_LEGACY_H
#define PMTAC_LEGACY_H

#include "parse.h"

/* Turns 'rows' into statements.  'block' is the statement 'legacy PATH { ... }' that says what rows
   cannot, or NULL.  Reports words of the block that nobody knows, and users with two passwords.
   out->comments are those of the rows' file.  */
void legacy_lower(struct arena *, struct diags *, const struct rows *rows, const struct stmt *block,
                  struct ast_file *out);

/* Prints 'file', which 'legacy_lower' made of 'rows': each row stands as a comment, its password
   hidden, above the first statement that it became, and the comments of the rows' file above the
   row that they stood above.  */
void legacy_print(const struct rows *rows, const struct ast_file *file, struct buf *);

#endif
