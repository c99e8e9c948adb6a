/* share.h - lines and blocks that read the same are one in the tree.

   Configurations repeat themselves.  A line that reads like one before shares its words, a block
   its braces, and whoever walks the tree can know by an address what was looked at before.  For the
   scanners, which remember the last few of each.

   Always true: what is shared was read without a fault, and a block without comments, so that
   nothing has to be said or kept of it again.  */

#ifndef PMTAC_SHARE_H
#define PMTAC_SHARE_H

#include "parse.h"

struct share_line;
struct share_block;

struct share {
    struct arena *arena;
    struct share_line *lines;   /* by the hash of their text */
    struct share_block *blocks; /* by the words of the line in front of them */
};

/* The values of a statement, and where it begins.  */
struct line_read {
    const struct words *words;
    uint32_t lo;
};

void share_init(struct share *, struct arena *);

/* The words of a statement that says the 'n' values and whose text is 'text', from place 'lo' on:
   those of one before, where it reads the same.  */
const struct words *share_words(struct share *, struct str text, const struct value *values,
                                uint32_t n, uint32_t lo);

/* 'text', from the words of its line to its end, was read as 'block', 'depth' blocks deep.  */
void share_remember(struct share *, const struct words *, struct str text, uint32_t depth,
                    const struct braces *block);

/* The block that such a text was read as, where 'rest' begins with it; '*n' is its length.  Else
   NULL.  */
const struct braces *share_block(const struct share *, const struct words *, struct str rest,
                                 uint32_t depth, size_t *n);

#endif
