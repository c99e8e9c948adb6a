/* suppress.h - comments that silence a message: "# pmtac: allow NAME reason".

   Such a comment covers the statement it belongs to: the one that it stands in, or whose end, or
   whose '{', is on its line, else the next one without a blank line between; before the first
   statement of a file, with a blank line below, all of the file.  Among rows it covers the next
   row.  They are read when all inputs are loaded, so that every pass reports what counts, and
   judged when all has been said.  Always true: an error of a check whose errors must not be
   overlooked is not silenced (a column of checks.def); a comment without a reason, one that
   silences nothing, and one that only looks as if it did are reported; a file is walked once,
   however many comments it has.  */

#ifndef PMTAC_SUPPRESS_H
#define PMTAC_SUPPRESS_H

#include "parse.h"

/* One comment for us.  */
struct suppression {
    struct allowance allowance; /* its check is N_CHECKS where the comment says nothing */
    struct str verb, name, reason;
    bool missed; /* it was meant for us and is not written so; 'name' is the word that may be one */
};

struct suppress {
    struct diags *diags;
    VEC(struct suppression *) list;
};

/* Reads the comments of a topology.  */
void suppress_file(struct suppress *, const struct ast_file *file);

/* Reads the comments between rows.  */
void suppress_rows(struct suppress *, const struct rows *rows);

/* From now on what has been read counts; once, behind the last file.  */
void suppress_apply(struct suppress *);

/* Reports comments that are wrong.  Those that silenced nothing are reported where all checks have
   run: 'judged' tells of each check.  */
void suppress_report(struct suppress *, const bool judged[N_CHECKS]);

#endif
