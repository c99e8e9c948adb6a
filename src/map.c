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

/* Both halves of the product.  Who does not know the seed that went into 'a' and 'b' cannot choose
   texts whose products meet, which a product without its upper half allows: there a difference in
   the top bit stays one whatever the seed.  */
static uint64_t folded(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX), high = (a >> 32) * (b >> 32);
    uint64_t left = (a >> 32) * (b & UINT32_MAX), right = (a & UINT32_MAX) * (b >> 32);
    uint64_t middle = (low >> 32) + (left & UINT32_MAX) + (right & UINT32_MAX);
    high += (left >> 32) + (right >> 32) + (middle >> 32);
    return (middle << 32 | (low & UINT32_MAX)) ^ high;
#endif
}

/* The eight bytes at 'p'.  */
static uint64_t word_at(const char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    return w;
}

/* The four bytes at 'p'.  */
static uint64_t half_at(const char *p)
{
    uint32_t w;
    memcpy(&w, p, 4);
    return w;
}

/* All of up to three bytes.  */
static uint64_t few_at(const char *p, size_t n)
{
    uint64_t first = (unsigned char)p[0], middle = (unsigned char)p[n / 2];
    return first << 16 | middle << 8 | (unsigned char)p[n - 1];
}

/* Two words at a time; the last ones may hold bytes again that were in those before them.  */
uint64_t map_wide_hash(const struct arena *arena, struct str s, bool exact)
{
    uint64_t key = arena->seed[1], h = arena->seed[0], a = 0, b = 0;
    uint64_t case_bits = exact ? 0 : fold(0);
    const char *p = s.p;
    size_t n = s.n;
    for (; n > 16; n -= 16, p += 16)
        h = folded(h ^ (word_at(p) | case_bits), key ^ (word_at(p + 8) | case_bits));
    if (n >= 8) {
        a = word_at(p);
        b = word_at(p + n - 8);
    } else if (n >= 4) {
        a = half_at(p);
        b = half_at(p + n - 4);
    } else if (n) {
        a = few_at(p, n);
    }
    h = folded(h ^ (a | case_bits), key ^ (b | case_bits));
    return folded(h ^ s.n, key);
}

uint32_t map_hash(const struct arena *arena, struct str s, bool exact)
{
    return (uint32_t)(map_wide_hash(arena, s, exact) >> 16);
}

enum { NEAR = 8 }; /* slots in 64 bytes, which memory hands over at once */

/* The hash of a key in a map.  Names that differ in their last byte alone, as those of a range do,
   get slots beside each other, since nothing takes longer than a slot that is not in the cache.
   The seed still rules where; and the few names that the last byte can make share their slot, not
   their hash.  */
static uint32_t key_hash(const struct map *m, struct str key)
{
    size_t n = key.n ? key.n - 1 : 0;
    uint32_t last = key.n ? (unsigned char)key.p[n] | (m->exact ? 0 : 0x20) : 0;
    uint32_t hash = map_hash(m->arena, (struct str){ key.p, n }, m->exact);
    return ((hash & ~(NEAR - 1u)) | ((hash + last) & (NEAR - 1u))) ^ last << 24;
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
    struct map_slot *s = slot_of(m, key, key_hash(m, key));
    return s->entry ? &m->entries[s->entry - 1].value : NULL;
}

void **map_add(struct map *m, struct str key)
{
    if (!m->slots || (m->n + 1) * 2 > m->mask + 1)
        grow_slots(m);
    uint32_t hash = key_hash(m, key);
    struct map_slot *s = slot_of(m, key, hash);
    if (!s->entry) {
        if (m->n == m->cap)
            m->entries = arena_more(m->arena, m->entries, &m->cap, sizeof *m->entries);
        m->entries[m->n++] = (struct map_entry){ key, NULL };
        *s = (struct map_slot){ hash, (uint32_t)m->n };
    }
    return &m->entries[s->entry - 1].value;
}
