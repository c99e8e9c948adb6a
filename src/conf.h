/* conf.h - the output: a tree of PowerMTA sections and lines.

   'plan' fills it, 'emit' prints it.  Always true: every line's directive is a row of the
   dictionary and legal where it stands, but for lines of a configuration that was read and that
   stay as they are written (dict_verbatim); every value can be written so that PowerMTA reads it
   back as the same value (what cannot is reported as 'value-unwritable' and never gets here); every
   line knows the place that caused it, or nowhere for what the compiler adds by itself.  */

#ifndef PMTAC_CONF_H
#define PMTAC_CONF_H

#include "diag.h"
#include "dict.h"

struct conf_line {
    const struct directive *dir;
    const struct arg *args;
    uint32_t n_args;
    bool plain; /* every value is written just as it is */
    struct span origin;
    struct conf_section *nested; /* the list behind a pattern line */
    struct conf_line *next;
    struct str *printed; /* where it stands more than once: its text, when that is known */
};

struct conf_section {
    enum scope scope;
    struct str arg; /* of the tag; empty: none */
    struct span origin;
    struct conf_line *lines, *last_line;
    struct conf_section *children, *last_child;
    struct conf_section *next;
    const char *comment; /* above it, or NULL */
    struct str *printed; /* where it stands more than once: its text, when that is known */
};

/* A tree that may be large is handed on piece by piece: 'done' takes what is complete.  */
struct conf {
    struct arena *arena; /* of the tree alone */
    struct diags *diags;
    bool places;                       /* somebody wants to know where each line comes from */
    struct conf_section *first, *last; /* SCOPE_global ones hold lines of the file itself */
    void (*done)(const struct conf *, void *context); /* NULL: nobody is interested */
    void *context;
};

/* What stands in the tree is complete: hands it to 'done' and forgets it, with its memory.  */
void conf_done(struct conf *);

/* A section at the end of the file, or of 'parent' where there is one.  */
struct conf_section *conf_section(struct conf *, struct conf_section *parent, enum scope,
                                  struct str arg, struct span arg_span, struct span origin);

/* 'section', which was made in memory that lasts, once more at the end of 'parent'.  */
void conf_again(struct conf *, struct conf_section *parent, const struct conf_section *section);

/* A line at the end of 'section'; places in 'args' count from 'at'.  NULL where a value cannot be
   written, which is reported.  */
struct conf_line *conf_line(struct conf *, struct conf_section *section, const struct directive *,
                            const struct arg *args, uint32_t n, uint32_t at, struct span origin);

/* 'line', which was made in memory that lasts, once more at the end of 'section'.  */
void conf_line_again(struct conf *, struct conf_section *section, const struct conf_line *line);

/* The section has a line with 'dir'.  */
bool conf_has(const struct conf_section *, const struct directive *dir);

#endif
