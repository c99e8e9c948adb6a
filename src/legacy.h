/* legacy.h - what legacy rows say, in statements of the topology language.

   Rows become the same tree as anybody's topology, so no later pass knows about rows.  'bind' calls
   this for the rows that a topology names, the pipeline for rows of their own, and the converter
   prints the result.

   Always true: every value that is made stands at the field of the row that it comes from, or at
   the whole row; what a field holds stays what it is, whatever characters are in it; statements are
   in the order of the rows that they come from first, pools and users of the block behind them.
   Several inputs say what one with all their rows would say, but for pools: mail of one client, or
   of one user, leaves as one input says.  */

#ifndef PMTAC_LEGACY_H
#define PMTAC_LEGACY_H

#include "parse.h"

/* What the rows of all inputs have said so far.  */
struct legacy;

/* For no rows yet.  Statements are made in 'tree', and what their values say in 'arena'; all else
   is in 'scratch', which stays as it is until 'legacy_finish'.  */
struct legacy *legacy_new(struct arena *, struct arena *tree, struct arena *scratch,
                          struct diags *);

/* Turns 'rows', which stay where they are, into statements, but for what rows of earlier inputs
   said: that is not said again, and a block of theirs may grow.  'block' is the statement 'legacy
   PATH { ... }' that says what rows cannot, or NULL.  Reports words of the block that nobody knows,
   and rows that contradict each other.  out->comments are those of the rows' file.  */
void legacy_lower(struct legacy *, const struct rows *rows, const struct stmt *block,
                  struct ast_file *out);

/* Behind the last input: completes the statements of all of them.  */
void legacy_finish(struct legacy *);

/* Prints 'file', which 'legacy_lower' made of 'rows': each row stands as a comment, its password
   hidden, above the first statement that it became, and the comments of the rows' file above the
   row that they stood above.  */
void legacy_print(const struct rows *rows, const struct ast_file *file, struct buf *);

#endif
