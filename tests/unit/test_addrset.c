/* test_addrset.c - sets of addresses: against sets of numbers, and at the ends of both families. */

#include <config.h>

#include "addrset.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;

/* Nobody waits at 'handler': where the arena gives up, the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
}

static void tear_down(void)
{
    arena_free(&arena);
}

static struct cidr cidr(const char *text)
{
    struct cidr c;
    struct fault fault;
    ck_assert(value_cidr(str_of(text), &c, &fault));
    return c;
}

static struct addrset set_of(const char *const *texts, size_t n)
{
    struct cidr list[16];
    for (size_t i = 0; i < n; i++)
        list[i] = cidr(texts[i]);
    return addrset_of(&arena, list, n);
}
#define SET(...)                                                                                   \
    set_of((const char *const[]){ __VA_ARGS__ },                                                   \
           sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(char *))

/* The prefixes of 'set', joined by blanks.  */
static const char *show(struct addrset set)
{
    size_t n;
    char text[56];
    const struct cidr *cidrs = addrset_cidrs(&arena, set, &n);
    struct str s = STR("");
    for (size_t i = 0; i < n; i++)
        s = arena_printf(&arena, "%.*s%s%s", STR_ARG(s), i ? " " : "", cidr_text(&cidrs[i], text));
    return s.n ? s.p : "";
}

START_TEST(prefixes_join)
{
    ck_assert_str_eq(show(SET("10.0.0.0/9", "10.128.0.0/9")), "10.0.0.0/8");
    ck_assert_str_eq(show(SET("10.0.0.128/25", "10.0.0.0/8", "10.0.0.0/25")), "10.0.0.0/8");
    ck_assert_str_eq(show(SET("10.0.1.0/24", "10.0.2.0/24")), "10.0.1.0/24 10.0.2.0/24");
    ck_assert_str_eq(show(SET("::/0", "0.0.0.0/1", "128.0.0.0/1")), "0.0.0.0/0 ::/0");
    ck_assert_str_eq(show((struct addrset){ NULL, 0 }), "");
}
END_TEST

START_TEST(ends_of_families)
{
    struct addrset all = SET("0/0", "::/0");
    struct addrset last = SET("255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    struct addrset first = SET("0.0.0.0", "::");
    struct addrset rest = addrset_minus(&arena, addrset_minus(&arena, all, last), first);
    ck_assert_uint_eq(rest.n, 2);
    ck_assert(addrset_equal(addrset_union(&arena, addrset_union(&arena, first, rest), last), all));
    ck_assert_uint_eq(addrset_intersect(&arena, rest, last).n, 0);
    ck_assert_uint_eq(addrset_minus(&arena, all, all).n, 0);
    ck_assert_uint_eq(addrset_union(&arena, SET("255.255.255.255"), SET("::")).n, 2);
}
END_TEST

START_TEST(counts)
{
    struct addr_count n = addrset_count(SET("10.0.0.0/8", "0/0", "::/0"), 4);
    ck_assert(n.hi == 0 && n.lo == (uint64_t)1 << 32);
    n = addrset_count(SET("2001:db8::/32", "2600::/64", "::1"), 6);
    ck_assert(n.hi == ((uint64_t)1 << 32) + 1 && n.lo == 1);
    n = addrset_count(SET("::/0", "10.0.0.1"), 6);
    ck_assert(n.hi == UINT64_MAX && n.lo == UINT64_MAX);
    n = addr_count_add(n, (struct addr_count){ 0, 1 });
    ck_assert(n.hi == UINT64_MAX && n.lo == UINT64_MAX);
}
END_TEST

START_TEST(labels_of_the_narrowest)
{
    static const int wide = 1, narrow = 2, later = 3;
    struct addr_label labels[] = { { cidr("10.1.0.0/16"), &narrow },
                                   { cidr("10.0.0.0/8"), &wide },
                                   { cidr("10.1.0.0/16"), &later },
                                   { cidr("10.255.255.0/24"), &narrow },
                                   { cidr("10.2.0.0/16"), NULL } };
    addr_labels_sort(&arena, labels, 5);
    struct addr_pieces pieces = addrset_pieces(&arena, labels, 5);
    const int expected[] = { 1, 3, 1, 2 };
    ck_assert_uint_eq(pieces.n, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(*(const int *)pieces.v[i].label, expected[i]);
    ck_assert_str_eq(show((struct addrset){ &pieces.v[1].range, 1 }), "10.1.0.0/16");
}
END_TEST

/* Sets of the 64 addresses around a border, as bits of a number.  */
enum { SMALL = 64 };

static struct addr small(unsigned i, bool six)
{
    struct addr a = { .family = six ? 6 : 4 };
    a.b[six ? 15 : 3] = (uint8_t)i;
    return a;
}

static struct addrset small_set(uint64_t bits, bool six)
{
    struct addr_range *v = NEW_ARRAY(&arena, struct addr_range, SMALL);
    size_t n = 0;
    for (unsigned i = 0; i < SMALL; i++)
        if (bits >> i & 1)
            v[n++] = (struct addr_range){ small(i, six), small(i, six) };
    return addrset_of_ranges(v, n);
}

static void same(struct addrset set, uint64_t bits, bool six)
{
    ck_assert(addrset_equal(set, small_set(bits, six)));
    for (unsigned i = 0; i < SMALL; i++) {
        struct addr a = small(i, six);
        ck_assert(addrset_contains(set, &a) == (bits >> i & 1));
    }
    size_t n;
    const struct cidr *cidrs = addrset_cidrs(&arena, set, &n);
    ck_assert(addrset_equal(addrset_of(&arena, cidrs, n), set));
}

START_TEST(as_numbers)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 2000; i++) {
        uint64_t x[2];
        for (int k = 0; k < 2; k++) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            x[k] = i % 3 ? state : state & state << 1 & state << 2;
        }
        bool six = i % 2;
        struct addrset a = small_set(x[0], six), b = small_set(x[1], six);
        same(addrset_union(&arena, a, b), x[0] | x[1], six);
        same(addrset_intersect(&arena, a, b), x[0] & x[1], six);
        same(addrset_minus(&arena, a, b), x[0] & ~x[1], six);
        ck_assert_uint_eq(addrset_count(a, six ? 6 : 4).lo, (unsigned)__builtin_popcountll(x[0]));
        if (i % 100 == 0) {
            tear_down();
            set_up();
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("addrset");
    TCase *tcase = tcase_create("addrset");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, prefixes_join);
    tcase_add_test(tcase, ends_of_families);
    tcase_add_test(tcase, counts);
    tcase_add_test(tcase, labels_of_the_narrowest);
    tcase_add_test(tcase, as_numbers);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
