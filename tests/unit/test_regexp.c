/* test_regexp.c - patterns: what compiles, and what is plain in them.  */

#include <config.h>

#include "regexp.h"

#include "unit.h"

static struct arena arena;
static jmp_buf handler;

static void setup(void)
{
    arena_init(&arena, &handler);
}

static void teardown(void)
{
    arena_free(&arena);
}

/* One letter for each piece, in upper case where it is counted.  */
static const char *kinds_of(const char *pattern)
{
    static const char letters[] = "bac^$eo)|io";
    struct regexp_pieces pieces = { 0 };
    regexp_cut(&arena, str_of(pattern), &pieces);
    char *text = arena_alloc(&arena, pieces.n + 1);
    for (size_t i = 0; i < pieces.n; i++) {
        enum regexp_kind kind = pieces.v[i].kind;
        text[i] = kind == REGEXP_OPEN ? '(' : kind == REGEXP_OTHER ? '!' : letters[kind];
        if (pieces.v[i].counted)
            text[i] = text[i] == ')' ? ']' : (char)(text[i] & ~0x20);
        ck_assert_uint_lt(pieces.v[i].lo, strlen(pattern));
    }
    text[pieces.n] = '\0';
    return text;
}

START_TEST(cut)
{
    ck_assert_str_eq(kinds_of(""), "");
    ck_assert_str_eq(kinds_of("^a.c$"), "^bab$");
    ck_assert_str_eq(kinds_of("a*.?b{2,3}+c+?"), "BABB");
    ck_assert_str_eq(kinds_of("a{x}{2x"), "bbbbbbb");
    ck_assert_str_eq(kinds_of("(a|b)+(?:c)(?<n>d)(?P<n>e)(?'n'f)"), "(b|b](b)(b)(b)(b)");
    ck_assert_str_eq(kinds_of("(?i-s)a"), "ib");
    ck_assert_str_eq(kinds_of("[]a][^]b][[:alpha:]]]\\d\\N"), "cccbcc");
    ck_assert_str_eq(kinds_of("[\\]]\\]\\.\\x40\\/"), "cbbbb");
    ck_assert_str_eq(kinds_of("\\Aa\\Z\\z\\b\\B"), "^b$$ee");
}
END_TEST

START_TEST(gives_up)
{
    static const char *const patterns[] = {
        "a(?=b)c", "a(?!b)c",    "a(?<=b)c", "a(?<!b)c",    "a(?>b)c", "a(?x) b",
        "a(?|b)c", "a(?#b)c",    "a(*UTF)c", "a\\Qb\\Ec",   "a\\1",    "a\\x{40}",
        "a\\x4",   "a\\N{U+40}", "a[b",      "a[\\Qb]\\E]", "a(?",     "a(?<",
        "a(?<n",   "a(?P=n)",    "a\\",      "a**",         "a{,3}",   "a{ 1}",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const char *kinds = kinds_of(patterns[i]);
        ck_assert_msg(kinds[strlen(kinds) - 1] == '!', "%s: %s", patterns[i], kinds);
    }
}
END_TEST

static bool literal(const char *pattern, struct regexp_literal *l)
{
    struct regexp_pieces pieces = { 0 };
    regexp_cut(&arena, str_of(pattern), &pieces);
    return regexp_is_literal(&arena, &pieces, l);
}

START_TEST(literals)
{
    struct regexp_literal l;
    ck_assert(literal("^a\\.b\\x40c$", &l));
    ck_assert(str_eq(l.text, STR("a.b@c")) && l.at_start && l.at_end);
    ck_assert(literal("a b", &l));
    ck_assert(str_eq(l.text, STR("a b")) && !l.at_start && !l.at_end);
    ck_assert(literal("", &l) && !l.text.n);
    ck_assert(!literal("a.b", &l));
    ck_assert(!literal("ab?", &l));
    ck_assert(!literal("a$b", &l));
    ck_assert(!literal("a\\z", &l));
    ck_assert(!literal("(a)", &l));
    ck_assert(!literal("a|b", &l));
    ck_assert(!literal("(?i)a", &l));
    ck_assert(!literal("^*a", &l));
}
END_TEST

static bool everything(const char *pattern)
{
    struct regexp_pieces pieces = { 0 };
    regexp_cut(&arena, str_of(pattern), &pieces);
    return regexp_is_everything(&pieces);
}

START_TEST(everythings)
{
    static const char *const yes[] = {
        "", ".*", "^", "$", "^.*", ".*$", ".*?", ".?", ".{0,5}", ".*.*",
    };
    static const char *const no[] = {
        "^$", "^.*$", ".", ".+", ".{1,5}", ".{01}", "a*", ".*a", "(.*)",
    };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        ck_assert_msg(everything(yes[i]), "%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        ck_assert_msg(!everything(no[i]), "%s", no[i]);
}
END_TEST

static struct regexps patterns;

static const struct regexp_fault *fault_of(const char *pattern)
{
    return regexp_fault(&patterns, str_of(pattern));
}

/* 'pattern' can be run, and matches.  */
static bool matches(const char *pattern, const char *text)
{
    struct regexp_program program;
    if (!regexp_open(&patterns, str_of(pattern), &program))
        return false;
    bool found = regexp_match(&program, str_of(text));
    regexp_close(&program);
    return found;
}

START_TEST(match)
{
    char text[64];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    regexps_init(&patterns, &arena);
    ck_assert(matches("b\\.c$", "a@b.c") == regexp_is_checked());
    ck_assert(matches("", "a") == regexp_is_checked());
    ck_assert(!matches("^b", "a@b.c"));
    ck_assert(!matches("(", "("));
    ck_assert(!matches("(a|aa|aaa)+c", text)); /* stopped */
}
END_TEST

START_TEST(faults)
{
    regexps_init(&patterns, &arena);
    ck_assert_ptr_null(fault_of(""));
    ck_assert_ptr_null(fault_of("^(a|b){2}[c-e]$"));
    ck_assert_ptr_null(fault_of("[\xc3\xa0-\xc3\xbd]"));
    if (!regexp_is_checked()) {
        ck_assert_ptr_null(fault_of("(a"));
        return;
    }
    const struct regexp_fault *fault = fault_of("(a");
    ck_assert_ptr_nonnull(fault);
    ck_assert_uint_eq(fault->at, 2);
    ck_assert(str_eq(fault->why, STR("missing closing parenthesis")));
    ck_assert(!fault->limit);
    ck_assert_ptr_eq(fault_of("(a"), fault);
    ck_assert_ptr_nonnull(fault_of("(\xff"));
    ck_assert(fault_of("((a{1,100}){1,100}){1,100}")->limit);
}
END_TEST

/* Many patterns take the memory of the largest, and what is kept of each.  */
START_TEST(memory)
{
    enum { MANY = 5000, EACH = 200 };
    regexps_init(&patterns, &arena);
    for (size_t i = 0; i < MANY; i++) {
        struct str text = arena_printf(&arena, "^421 .*(a{1,50}){1,20}[a-z]%zu", i);
        ck_assert_ptr_null(regexp_fault(&patterns, text));
    }
    ck_assert_uint_lt(arena.size, (size_t)MANY * EACH + (4 << 20));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("regexp");
    TCase *all = tcase_create("regexp");
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, cut);
    tcase_add_test(all, match);
    tcase_add_test(all, gives_up);
    tcase_add_test(all, literals);
    tcase_add_test(all, everythings);
    tcase_add_test(all, faults);
    tcase_add_test(all, memory);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
