/* suppress.h - comments that silence a message: "# pmtac: allow NAME reason".

   Such a comment covers the statement it belongs to: the one whose end, or whose '{', is on its
   line, else the next one without a blank line between; before the first statement of a file, with
   a blank line below, all of the file.  Always true: an error is never silenced; a comment without
   a reason and one that silences nothing are reported.  */

#ifndef PMTAC_SUPPRESS_H
#define PMTAC_SUPPRESS_H

#include "ast.h"

/* Takes the messages out that the comments of 'file' allow.  */
void suppress(struct diags *, const struct ast_file *file);

#endif
