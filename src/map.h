/* map.h - names to things, in the order in which they came.

   Open addressing over an array of entries.  Always true: entries keep their order of insertion and
   their index for ever, so whoever walks a map walks the source order and no result depends on a
   hash.  Keys are compared without regard to the case of ASCII letters unless 'exact' is set; the
   caller keeps their bytes.  Nothing is ever removed.  Hashes depend on the seed of the arena,
   which nobody who writes a topology knows, so no choice of names makes a map slow.  */

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

/* The index of the entry whose value slot is 'slot'.  */
static inline size_t map_index(const struct map *m, void **slot)
{
    return (size_t)((struct map_entry *)((char *)slot - offsetof(struct map_entry, value)) -
                    m->entries);
}

/* A hash of 's' by the seed of the arena; letters count without their case unless 'exact'.  */
uint32_t map_hash(const struct arena *, struct str s, bool exact);

/* The same, so wide that two keys with one hash are the same key but for an accident.  */
uint64_t map_wide_hash(const struct arena *, struct str s, bool exact);

#endif
