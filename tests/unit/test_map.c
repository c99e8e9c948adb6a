/* test_map.c - names to things: order, the case of letters, growth, keys that hash alike.  */

#include <config.h>

#include <stdio.h>

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
        if ((map_hash(key, false) & mask) == mask)
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

/* Keys that differ only where folding takes more than letters have one hash, and stay apart.  */
START_TEST(hash_folds)
{
    ck_assert_uint_eq(map_hash(STR("ABCDEFGHIJKL"), false), map_hash(STR("abcdefghijkl"), false));
    ck_assert_uint_ne(map_hash(STR("ABCDEFGHIJKL"), true), map_hash(STR("abcdefghijkl"), true));
    ck_assert_uint_eq(map_hash(STR("a@b"), false), map_hash(STR("a`b"), false));
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
    tcase_add_test(all, hash_folds);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
