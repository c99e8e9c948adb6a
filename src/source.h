/* source.h - the texts of one compilation, and places in them.

   All inputs share one space of 32-bit offsets: each text has a base, and a position is base plus
   byte.  A 'struct span' is two such positions and is all that later passes carry.  Lines and
   columns are computed only when something is reported.

   Always true: {0,0} is "nowhere"; texts never change and never move; two inputs with one identity
   (device and inode) are one file.  */

#ifndef PMTAC_SOURCE_H
#define PMTAC_SOURCE_H

#include "io.h"

struct source {
    struct str name;            /* as shown in messages */
    struct str text;            /* followed by two NUL bytes that it does not count */
    uint32_t base;
    bool rows;                  /* legacy rows, not topology */
    struct span included;       /* the path in the statement that included it, or nowhere */
    struct io_identity identity;
    VEC(uint32_t) lines;        /* offsets of line starts, as far as they were wanted */
    size_t searched;            /* bytes that were searched for them */
    uint32_t *characters;       /* in front of each block of the text; made on first use */
};

struct sources {
    struct arena *arena;
    const struct io *io;
    VEC(struct source *) list;  /* by base */
    uint32_t next;              /* base of the next text */
};

struct place {
    const struct source *source;   /* NULL for nowhere */
    uint32_t line;                 /* from 1 */
    uint32_t column;               /* bytes, from 1 */
};

void sources_init(struct sources *, struct arena *, const struct io *);

/* Reads 'path' and adds it under 'name'.  Returns NULL on failure with the reason in '*why' and an
   errno value in '*error'.  */
struct source *source_open(struct sources *, struct str path, struct str name,
                           struct span included, int *error, const char **why);

/* Adds 'text' (which must have two NUL bytes behind it) under 'name'; NULL where the 32-bit space
   is full.  */
struct source *source_add(struct sources *, struct str name, struct str text,
                          struct span included);

/* The text that holds position 'at', or NULL.  */
const struct source *source_of(const struct sources *, uint32_t at);

/* File, line and column of position 'at'.  */
struct place source_place(struct sources *, uint32_t at);

/* Line 'line' (from 1) of 'source', without its line end.  */
struct str source_line(struct sources *, const struct source *, uint32_t line);

/* The text of 'span'.  */
struct str source_text(const struct sources *, struct span span);

/* From the start of 'a' to the end of 'b'; nowhere is left out.  */
static inline struct span span_join(struct span a, struct span b)
{
    return !a.hi ? b : !b.hi ? a : (struct span){ a.lo, b.hi };
}

/* Many places; where they are looked up, sorted by 'places_sort'.  */
typedef VEC(uint32_t) place_list;

void places_sort(place_list *);

/* Of sorted places some lie from 'lo' on in front of 'hi'.  */
bool places_has(const place_list *, uint32_t lo, uint32_t hi);

/* The characters of UTF-8 from byte 'from' to byte 'to' of the source's text, also where these are
   many and it is asked often; a byte that belongs to none counts with the one before it.  */
uint32_t source_characters(struct sources *, const struct source *, size_t from, size_t to);

#endif
