/* verify-pattern.h - what the checks of patterns share.  For verify-*.c only.  */

#ifndef PMTAC_VERIFY_PATTERN_H
#define PMTAC_VERIFY_PATTERN_H

#include "regexp.h"
#include "verify.h"

struct section_walk {
    void (*judge)(const struct model *, const struct section_body *, void *context);
    void *context;
};

/* Calls 'judge' for each section, nested ones too, an outer one before what is in it.  */
void walk_sections(const struct model *, struct section_walk);

/* The first pattern of 'line', whose place counts from that of the line; or NULL.  */
const struct arg *pattern_of(const struct line *line);

/* Where it stands; 'line' itself where there is none.  */
struct span pattern_place(const struct line *line);

#endif
