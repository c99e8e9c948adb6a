/* test_map.c - names to things: order, the case of letters, growth, keys that hash alike.  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "map.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;
static int things[8];

/* Nobody waits at 'handler': where the arena gives up, the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
}

static void tear_down(void)
{
    arena_free(&arena);
}

START_TEST(empty)
{
    struct map m = { .arena = &arena };
    ck_assert_ptr_null(map_find(&m, STR("a")));
    ck_assert_ptr_null(map_get(&m, STR("")));
    ck_assert_uint_eq(m.n, 0);
    *map_add(&m, STR("")) = &things[1];
    ck_assert_ptr_eq(map_get(&m, STR("")), &things[1]);
    ck_assert_ptr_eq(map_get(&m, (struct str){ NULL, 0 }), &things[1]);
}
END_TEST

START_TEST(new_slots_hold_nothing)
{
    struct map m = { .arena = &arena };
    ck_assert_ptr_null(*map_add(&m, STR("a")));
    ck_assert_ptr_nonnull(map_find(&m, STR("a")));
    ck_assert_ptr_null(map_get(&m, STR("a")));
    *map_add(&m, STR("a")) = &things[2];
    ck_assert_ptr_eq(*map_add(&m, STR("a")), &things[2]);
    ck_assert_uint_eq(m.n, 1);
}
END_TEST

START_TEST(case_is_folded)
{
    struct map m = { .arena = &arena };
    *map_add(&m, STR("Virtual-MTA")) = &things[0];
    *map_add(&m, STR("virtual-mta-pool")) = &things[1];
    ck_assert_ptr_eq(map_get(&m, STR("virtual-mta")), &things[0]);
    ck_assert_ptr_eq(map_get(&m, STR("VIRTUAL-MTA")), &things[0]);
    ck_assert_ptr_eq(map_get(&m, STR("VIRTUAL-mta-POOL")), &things[1]);
    ck_assert_uint_eq(m.n, 2);
    ck_assert_mem_eq(m.entries[0].key.p, "Virtual-MTA", 11);
}
END_TEST

/* Bytes that differ in the bit of the case and are no letters are different keys.  */
START_TEST(only_letters_fold)
{
    static const char *const pairs[][2] = { { "a@b", "a`b" },
                                            { "x[y", "x{y" },
                                            { "x]1", "x}1" },
                                            { "a^", "a~" },
                                            { "a\\b", "a|b" },
                                            { "a_1", "a\x7f"
                                                     "1" },
                                            { "\xc3\x84", "\xc3\xa4" },
                                            { "1\x10", "10" } };
    struct map m = { .arena = &arena };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        *map_add(&m, str_of(pairs[i][0])) = &things[0];
        ck_assert_ptr_null(map_find(&m, str_of(pairs[i][1])));
        *map_add(&m, str_of(pairs[i][1])) = &things[1];
        ck_assert_ptr_eq(map_get(&m, str_of(pairs[i][0])), &things[0]);
        ck_assert_ptr_eq(map_get(&m, str_of(pairs[i][1])), &things[1]);
    }
    ck_assert_uint_eq(m.n, 2 * sizeof pairs / sizeof *pairs);
}
END_TEST

START_TEST(exact)
{
    struct map m = { .arena = &arena, .exact = true };
    *map_add(&m, STR("name")) = &things[0];
    *map_add(&m, STR("Name")) = &things[1];
    *map_add(&m, STR("name\0")) = &things[2];
    ck_assert_ptr_eq(map_get(&m, STR("name")), &things[0]);
    ck_assert_ptr_eq(map_get(&m, STR("Name")), &things[1]);
    ck_assert_ptr_eq(map_get(&m, STR("name\0")), &things[2]);
    ck_assert_ptr_null(map_find(&m, STR("NAME")));
    ck_assert_uint_eq(m.n, 3);
}
END_TEST

START_TEST(lengths_differ)
{
    struct map m = { .arena = &arena };
    static char text[40];
    memset(text, 'a', sizeof text);
    for (size_t n = 0; n <= sizeof text; n++)
        *map_add(&m, (struct str){ text, n }) = text + n;
    ck_assert_uint_eq(m.n, sizeof text + 1);
    for (size_t n = 0; n <= sizeof text; n++)
        ck_assert_ptr_eq(map_get(&m, (struct str){ text, n }), text + n);
}
END_TEST

/* Many, in an order that no hash has; found in another case; each at its index for ever.  */
START_TEST(many)
{
    enum { N = 100000 };
    struct map m = { .arena = &arena };
    static struct str keys[N];
    for (size_t i = 0; i < N; i++) {
        keys[i] = arena_printf(&arena, "Name-%zu.example", i * 7919 % N);
        ck_assert_ptr_null(map_find(&m, keys[i]));
        *map_add(&m, keys[i]) = &keys[i];
    }
    ck_assert_uint_eq(m.n, N);
    for (size_t i = 0; i < N; i++) {
        struct str upper = arena_printf(&arena, "NAME-%zu.EXAMPLE", i * 7919 % N);
        ck_assert_ptr_eq(m.entries[i].key.p, keys[i].p);
        ck_assert_ptr_eq(m.entries[i].value, &keys[i]);
        ck_assert_ptr_eq(map_get(&m, upper), &keys[i]);
        ck_assert_ptr_eq(*map_add(&m, upper), &keys[i]);
    }
    ck_assert_uint_eq(m.n, N);
    ck_assert_ptr_null(map_find(&m, STR("Name-100000.example")));
}
END_TEST

/* Keys whose hashes have the bits of 'mask' in common: while they grow, one run of slots for all.
 */
static size_t alike(struct str *keys, size_t n, uint32_t mask)
{
    size_t found = 0;
    for (unsigned i = 0; found < n && i < 10000000; i++) {
        char text[16];
        int len = snprintf(text, sizeof text, "k%u", i);
        struct str key = { text, (size_t)len };
        if ((map_hash(&arena, key, false) & mask) == mask)
            keys[found++] = arena_str(&arena, key);
    }
    return found;
}

START_TEST(hashes_alike)
{
    enum { N = 200 };
    struct str keys[N];
    struct map m = { .arena = &arena };
    ck_assert_uint_eq(alike(keys, N, 0xfff), N);
    for (size_t i = 0; i < N; i += 2)
        *map_add(&m, keys[i]) = &keys[i];
    for (size_t i = 0; i < N; i++)
        ck_assert_ptr_eq(map_get(&m, keys[i]), i % 2 ? NULL : &keys[i]);
    ck_assert_uint_eq(m.n, N / 2);
}
END_TEST

/* How many of the keys have hashes with all bits of 'mask'.  */
static size_t count_alike(const struct str *keys, size_t n, uint32_t mask)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += (map_hash(&arena, keys[i], false) & mask) == mask;
    return found;
}

/* Keys that meet by one seed do not by another, whichever half of it differs.  */
START_TEST(seeds_part)
{
    enum { N = 200 };
    struct str keys[N];
    ck_assert_uint_eq(alike(keys, N, 0xfff), N);
    ck_assert_uint_eq(count_alike(keys, N, 0xfff), N);
    for (size_t i = 0; i < 128; i++) {
        arena.seed[i / 64] ^= (uint64_t)1 << i % 64;
        ck_assert_uint_lt(count_alike(keys, N, 0xfff), 10);
        arena.seed[i / 64] ^= (uint64_t)1 << i % 64;
    }
}
END_TEST

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* In a plain product with an odd number a difference in the top bits stays there, whatever the
   seed: the next word takes it back.  Texts made so must not meet.  */
START_TEST(differences_in_the_top_bits)
{
    enum { N = 1 << 12, BLOCK = 16 };
    static uint64_t hashes[N];
    for (size_t i = 0; i < N; i++) {
        char text[12 * BLOCK];
        memset(text, 'a', sizeof text);
        for (size_t k = 0; k < 12; k++)
            if (i >> k & 1) {
                text[k * BLOCK + 7] ^= (char)0x80;
                text[k * BLOCK + 15] ^= (char)0x80;
                text[k * BLOCK + 12] ^= 4;
            }
        hashes[i] = map_wide_hash(&arena, (struct str){ text, sizeof text }, true);
    }
    qsort(hashes, N, sizeof *hashes, by_number);
    for (size_t i = 1; i < N; i++)
        ck_assert_uint_ne(hashes[i - 1], hashes[i]);
}
END_TEST

/* A hash depends on each byte and on the length, also where texts are longer than two words.  */
START_TEST(hash_of_each_byte)
{
    static uint64_t hashes[70 * 71];
    size_t n_hashes = 0;
    char text[70] = "";
    for (size_t n = 0; n <= sizeof text; n++) {
        hashes[n_hashes++] = map_wide_hash(&arena, (struct str){ text, n }, true);
        for (size_t i = 0; i < n && n_hashes < 70 * 71; i++) {
            text[i] = 'x';
            hashes[n_hashes++] = map_wide_hash(&arena, (struct str){ text, n }, true);
            text[i] = '\0';
        }
    }
    qsort(hashes, n_hashes, sizeof *hashes, by_number);
    for (size_t i = 1; i < n_hashes; i++)
        ck_assert_uint_ne(hashes[i - 1], hashes[i]);
}
END_TEST

static uint32_t hash_of(const char *key, bool all)
{
    return map_hash(&arena, str_of(key), all);
}

/* Keys that differ only where folding takes more than letters have one hash, and stay apart.  */
START_TEST(hash_folds)
{
    ck_assert_uint_eq(hash_of("ABCDEFGHIJKL", false), hash_of("abcdefghijkl", false));
    ck_assert_uint_ne(hash_of("ABCDEFGHIJKL", true), hash_of("abcdefghijkl", true));
    ck_assert_uint_eq(hash_of("a@b", false), hash_of("a`b", false));
    struct map m = { .arena = &arena };
    *map_add(&m, STR("a@b")) = &things[0];
    *map_add(&m, STR("a`b")) = &things[1];
    ck_assert_ptr_eq(map_get(&m, STR("A@B")), &things[0]);
    ck_assert_ptr_eq(map_get(&m, STR("A`B")), &things[1]);
    ck_assert_uint_eq(m.n, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *all = tcase_create("map");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, empty);
    tcase_add_test(all, new_slots_hold_nothing);
    tcase_add_test(all, case_is_folded);
    tcase_add_test(all, only_letters_fold);
    tcase_add_test(all, exact);
    tcase_add_test(all, lengths_differ);
    tcase_add_test(all, many);
    tcase_add_test(all, hashes_alike);
    tcase_add_test(all, seeds_part);
    tcase_add_test(all, differences_in_the_top_bits);
    tcase_add_test(all, hash_of_each_byte);
    tcase_add_test(all, hash_folds);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
