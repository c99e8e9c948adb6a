#include <config.h>

#include "map.h"

struct map_slot {
    uint32_t hash;
    uint32_t entry; /* index + 1; 0 is a free slot */
};

/* Sets the bit 0x20 of every byte of 'w': letters lose their case, and a few other bytes fall
   together, which only costs a comparison.  */
static uint64_t fold(uint64_t w)
{
    return w | 0x2020202020202020u;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ b) * 0x9e3779b97f4a7c15u;
    return x ^ (x >> 29);
}

/* The eight bytes at 'p'.  */
static uint64_t word_at(const char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    return w;
}

/* Fewer than eight.  */
static uint64_t short_word(struct str s)
{
    uint64_t w = 0;
    for (size_t i = 0; i < s.n; i++)
        w = w << 8 | (unsigned char)s.p[i];
    return w;
}

uint64_t map_wide_hash(struct str s, bool exact)
{
    uint64_t h = 0x2545f4914f6cdd1du ^ s.n, case_bits = exact ? 0 : fold(0);
    if (s.n < 8) {
        h = mix(h, short_word(s) | case_bits);
    } else {
        for (size_t i = 0; i + 8 < s.n; i += 8)
            h = mix(h, word_at(s.p + i) | case_bits);
        h = mix(h, word_at(s.p + s.n - 8) | case_bits); /* the last ones, some of them again */
    }
    return mix(h, h >> 32);
}

uint32_t map_hash(struct str s, bool exact)
{
    return (uint32_t)(map_wide_hash(s, exact) >> 16);
}

static bool same(const struct map *m, struct str a, struct str b)
{
    return str_eq(a, b) || (!m->exact && str_ieq(a, b));
}

static struct map_slot *slot_of(const struct map *m, struct str key, uint32_t hash)
{
    for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
        struct map_slot *s = &m->slots[i];
        if (!s->entry || (s->hash == hash && same(m, m->entries[s->entry - 1].key, key)))
            return s;
    }
}

static void grow_slots(struct map *m)
{
    size_t size = m->slots ? (m->mask + 1) * 2 : 16;
    struct map_slot *old = m->slots;
    size_t old_size = old ? m->mask + 1 : 0;
    m->slots = NEW_ARRAY(m->arena, struct map_slot, size);
    m->mask = size - 1;
    for (size_t i = 0; i < old_size; i++) {
        size_t at = old[i].hash & m->mask;
        if (!old[i].entry)
            continue;
        while (m->slots[at].entry)
            at = (at + 1) & m->mask;
        m->slots[at] = old[i];
    }
    arena_drop(m->arena, old, old_size * sizeof *old);
}

void **map_find(const struct map *m, struct str key)
{
    if (!m->slots)
        return NULL;
    struct map_slot *s = slot_of(m, key, map_hash(key, m->exact));
    return s->entry ? &m->entries[s->entry - 1].value : NULL;
}

void **map_add(struct map *m, struct str key)
{
    if (!m->slots || (m->n + 1) * 2 > m->mask + 1)
        grow_slots(m);
    uint32_t hash = map_hash(key, m->exact);
    struct map_slot *s = slot_of(m, key, hash);
    if (!s->entry) {
        if (m->n == m->cap)
            m->entries = arena_more(m->arena, m->entries, &m->cap, sizeof *m->entries);
        m->entries[m->n++] = (struct map_entry){ key, NULL };
        *s = (struct map_slot){ hash, (uint32_t)m->n };
    }
    return &m->entries[s->entry - 1].value;
}
