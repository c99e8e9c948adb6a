/* report.h - what a topology comes to, as tables for people and for programs.

   One function for each table, for 'check' with an option of the same name.  Always true: a table
   speaks of what is emitted; its text is at most 100 columns wide where no name is longer, and what
   is long is folded with a count; its JSON is one member of the document of messages, as
   man/pmtac-messages.schema.json describes it.  */

#ifndef PMTAC_REPORT_H
#define PMTAC_REPORT_H

#include "buf.h"
#include "model.h"

/* What tables are made of, and how.  */
struct report {
    const struct model *const *models; /* one for each host that is wanted */
    size_t n;
    bool whole; /* nothing was left out because of an error */
    bool json;  /* as a member of the document, with a comma before it; else as text */
};

/* Appends who can relay by way of which listener: "relay".  */
void report_relay(const struct report *, struct buf *);

/* Appends which key signs the mail of each domain: "dkim".  The models must be whole.  */
void report_dkim(const struct report *, struct buf *);

/* What stands above the text for a host: a blank line, where something stands before, and its name,
   if it has one.  */
void report_host(const struct model *, struct buf *);

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
