/* coverage-table.h - every domain that is signed anywhere, and who signs its mail.

   The table that a report prints.  Always true: the domains are those of all keys in the order of
   their first line, and "*" last, which stands for any other; the rows of a domain are the VMTAs by
   which its mail may leave, those with the same result in one row.  Mail of a domain leaves by
   whoever has its key, by the other members of their pools, by whoever takes mail over from these,
   and where a message or a pattern chooses, by what takes the mail that is not chosen for.  */

#ifndef PMTAC_COVERAGE_TABLE_H
#define PMTAC_COVERAGE_TABLE_H

#include "coverage.h"

/* VMTAs for which mail of one domain has the same fate.  */
struct table_row {
    struct verdict verdict;
    name_list to;    /* destinations; empty: all that no other row names */
    size_t to_left;  /* further ones */
    name_list pools; /* all members of these; names that count up are ranges */
    name_list vmtas; /* others */
    size_t n;        /* VMTAs in all */
    size_t left;     /* that are not named */
};

typedef VEC(struct table_row) table_rows;

typedef void table_fn(void *context, struct str domain, const table_rows *rows);

/* Calls 'visit' for every domain; its rows are good until it returns.  */
void coverage_table(const struct coverage *, table_fn *visit, void *context);

/* Some mail leaves by {default}, since nothing chooses a VMTA for it.  */
bool coverage_leaves_unsteered(const struct model *);

typedef void choice_fn(void *context, const struct object *chosen, const struct object *rest);

/* Calls 'visit' for what pattern lists choose ('chosen' NULL: what a message chooses by a header),
   and what takes the mail that is not chosen for.  */
void coverage_choices(const struct coverage *, choice_fn *visit, void *context);

/* Sets 'ranges' to the names, those that count up as ranges: tx1, tx2 and tx3 are tx{1..3}.  */
void coverage_ranges(struct arena *, const name_list *names, name_list *ranges);

#endif
