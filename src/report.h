/* report.h - what a topology comes to, as tables for people and for programs.

   One function for each table, for 'check' with an option of the same name.  Always true: a table
   speaks of what is emitted; its text is at most 100 columns wide, and what is long is folded with
   a count; its JSON is one member of the document of messages.  */

#ifndef PMTAC_REPORT_H
#define PMTAC_REPORT_H

#include "buf.h"
#include "model.h"

/* Appends who signs for what on the hosts 'models': as text, or as the member "dkim" with a comma
   before it.  */
void report_dkim(const struct model *const *models, size_t n, bool json, struct buf *);

/* Lines of cells that become a table.  */
struct report_table {
    struct arena *arena;
    size_t n_columns;
    const size_t *limits; /* the widest that each column may become, the last with all others */
    VEC(const struct str *) rows; /* of 'n_columns' cells; the first row is the head */
};

/* Appends the table: columns are as wide as their texts; what is wider than its column goes on
   below.  */
void report_table(const struct report_table *, struct buf *);

#endif
