/* map.h - names to things, in the order in which they came.

   Open addressing over an array of entries.  Always true: entries keep their order of insertion and
   their index for ever, so whoever walks a map walks the source order and no result depends on a
   hash.  Keys are compared without regard to the case of ASCII letters unless 'exact' is set; the
   caller keeps their bytes.  Nothing is ever removed.  */

#ifndef PMTAC_MAP_H
#define PMTAC_MAP_H

#include "arena.h"

struct map_entry {
    struct str key;
    void *value;
};

struct map {
    struct arena *arena;
    bool exact;
    struct map_entry *entries;
    size_t n, cap;
    struct map_slot *slots;
    size_t mask;
};

/* The value slot of 'key', or NULL.  */
void **map_find(const struct map *, struct str key);

/* The value slot of 'key'; a new one holds NULL.  Good until the next 'map_add'.  */
void **map_add(struct map *, struct str key);

/* The value of 'key', or NULL.  */
static inline void *map_get(const struct map *m, struct str key)
{
    void **slot = map_find(m, key);
    return slot ? *slot : NULL;
}

/* A hash of 's'; letters count without their case unless 'exact'.  */
uint32_t map_hash(struct str s, bool exact);

#endif
