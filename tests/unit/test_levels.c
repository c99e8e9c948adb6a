/* test_levels.c - what a message counts as: what is wished of its check, and what comments allow,
   against a plain reading of the rules.  */

#include <config.h>

#include <stdlib.h>

#include "diag.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;
static struct sources sources;
static struct diags diags;
static struct levels levels;

static void begin(void)
{
    if (setjmp(handler))
        ck_abort();
    arena_init(&arena, &handler);
    sources_init(&sources, &arena, &io_nothing);
    diags_init(&diags, &arena, &sources);
    levels = (struct levels){ 0 };
    diags.levels = &levels;
}

static void end(void)
{
    arena_free(&arena);
}

/* A check whose errors are lowered so.  */
static enum check check_lowered(enum lowered lowered)
{
    return lowered == LOWERED_ANYWHERE ? CHECK_address_source_kind
           : lowered == LOWERED_CALL   ? CHECK_relay_open
                                       : CHECK_value_unwritable;
}

/* The level of a message 'usual', with 'wish', "warnings are errors" or not, in reach of a comment
   or not.  */
static enum level judged(enum lowered lowered, enum level usual, enum wish wish, bool errors,
                         bool comment)
{
    struct allowance *allowance = NEW(&arena, struct allowance);
    enum check check = check_lowered(lowered);
    *allowance = (struct allowance){ .check = check, .span = { 1, 10 } };
    diags_init(&diags, &arena, &sources);
    diags.levels = &levels;
    levels = (struct levels){ .errors = errors };
    levels.of[check] = wish;
    ck_assert_int_eq(check_row(check)->lowered, lowered);
    if (comment)
        diags_allow(&diags, &allowance, 1);
    enum level level = diag_judge(&diags, check, usual, (struct span){ 5, 6 });
    if (comment)
        ck_assert(allowance->used != allowance->refused);
    return level;
}

static const enum level all_levels[] = { LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };
static const enum wish all_wishes[] = { WISH_USUAL, WISH_ON, WISH_OFF, WISH_ERROR, WISH_NO_ERROR };

START_TEST(wishes)
{
    /* By wish, then by usual level: of a check whose errors can be lowered.  */
    static const enum level table[][3] = {
        [WISH_USUAL] = { LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR },
        [WISH_ON] = { LEVEL_WARNING, LEVEL_WARNING, LEVEL_ERROR },
        [WISH_OFF] = { LEVEL_OFF, LEVEL_OFF, LEVEL_OFF },
        [WISH_ERROR] = { LEVEL_ERROR, LEVEL_ERROR, LEVEL_ERROR },
        [WISH_NO_ERROR] = { LEVEL_NOTE, LEVEL_WARNING, LEVEL_WARNING },
    };
    for (size_t w = 0; w < 5; w++)
        for (size_t u = 0; u < 3; u++) {
            enum level want = table[all_wishes[w]][u], usual = all_levels[u];
            bool firm = usual == LEVEL_ERROR;
            bool raises = all_wishes[w] == WISH_USUAL || all_wishes[w] == WISH_ON;
            for (enum lowered l = LOWERED_ANYWHERE; l <= LOWERED_NEVER; l++) {
                enum level here = l == LOWERED_NEVER && firm ? LEVEL_ERROR : want;
                ck_assert_int_eq(judged(l, usual, all_wishes[w], false, false), here);
                if (here == LEVEL_WARNING && raises)
                    here = LEVEL_ERROR;
                ck_assert_int_eq(judged(l, usual, all_wishes[w], true, false), here);
            }
        }
}
END_TEST

START_TEST(comments)
{
    for (size_t w = 0; w < 5; w++)
        for (size_t u = 0; u < 3; u++)
            for (int errors = 0; errors < 2; errors++) {
                enum wish wish = all_wishes[w];
                enum level usual = all_levels[u];
                bool lowers = wish == WISH_OFF || wish == WISH_NO_ERROR;
                bool firm = usual == LEVEL_ERROR;
                ck_assert_int_eq(judged(LOWERED_ANYWHERE, usual, wish, errors, true), LEVEL_OFF);
                ck_assert_int_eq(judged(LOWERED_CALL, usual, wish, errors, true),
                                 firm && !lowers ? LEVEL_ERROR : LEVEL_OFF);
                ck_assert_int_eq(judged(LOWERED_NEVER, usual, wish, errors, true),
                                 firm ? LEVEL_ERROR : LEVEL_OFF);
            }
}
END_TEST

/* What is silent by itself stays so.  */
START_TEST(off)
{
    for (size_t w = 0; w < 5; w++) {
        levels.of[CHECK_unused] = all_wishes[w];
        ck_assert_int_eq(diag_judge(&diags, CHECK_unused, LEVEL_OFF, NOWHERE), LEVEL_OFF);
    }
}
END_TEST

static struct span span_of(uint32_t lo, uint32_t hi)
{
    return (struct span){ lo, hi };
}

/* Counts go by the level that counts; faults are the errors that nobody raised.  */
START_TEST(counts)
{
    levels.of[CHECK_unused] = WISH_ERROR;
    levels.of[CHECK_relay_open] = WISH_NO_ERROR;
    levels.of[CHECK_run_as_root] = WISH_OFF;
    ck_assert(!diags_forbid(&diags));
    diag(&diags, CHECK_relay_open, span_of(1, 2), "lowered");
    ck_assert_uint_eq(diags.n_warnings, 1);
    ck_assert(!diags_forbid(&diags));
    levels.strict = true;
    ck_assert(diags_forbid(&diags));
    levels.strict = false;
    diag(&diags, CHECK_run_as_root, span_of(1, 2), "off");
    ck_assert_uint_eq(diags.list.n, 1);
    diag(&diags, CHECK_unused, span_of(1, 2), "raised");
    ck_assert_uint_eq(diags.n_errors, 1);
    ck_assert_uint_eq(diags.n_faults, 0);
    ck_assert(diags_forbid(&diags));
    diag(&diags, CHECK_syntax, span_of(1, 2), "as usual");
    ck_assert_uint_eq(diags.n_errors, 2);
    ck_assert_uint_eq(diags.n_faults, 1);
    ck_assert_uint_eq(diags.n_warnings, 1);
}
END_TEST

/* What was said before the comments were read is taken back, with what it counts for.  */
START_TEST(late)
{
    struct allowance a = { .check = CHECK_encoding, .span = { 1, 10 } };
    struct allowance b = { .check = CHECK_relay_open, .span = { 1, 10 } };
    struct allowance c = { .check = CHECK_address_source_kind, .span = { 1, 10 } };
    struct allowance *list[] = { &a, &b, &c };
    diag_at(&diags, CHECK_encoding, LEVEL_WARNING, span_of(3, 4), "inside");
    diag_at(&diags, CHECK_encoding, LEVEL_WARNING, span_of(10, 11), "behind");
    diag(&diags, CHECK_relay_open, span_of(3, 4), "firm");
    diag(&diags, CHECK_address_source_kind, span_of(3, 4), "inside");
    ck_assert_uint_eq(diags.n_faults, 2);
    diags_allow(&diags, list, 3);
    ck_assert_uint_eq(diags.n_warnings, 1);
    ck_assert_uint_eq(diags.n_errors, 1);
    ck_assert_uint_eq(diags.n_faults, 1);
    ck_assert(a.used && !a.refused);
    ck_assert(!b.used && b.refused);
    ck_assert(c.used && !c.refused);
}
END_TEST

enum { PLACES = 400, ALLOWANCES = 60 };

/* Spans that nest, as those of statements do: some inside of [lo, hi).  */
static size_t make_spans(struct span *out, size_t n, uint32_t lo, uint32_t hi)
{
    size_t made = 0;
    while (made < n && lo + 2 < hi) {
        uint32_t from = lo + (uint32_t)rand() % 5, to = from + 1 + (uint32_t)rand() % 60;
        if (from >= hi)
            break;
        to = to < hi ? to : hi;
        out[made++] = span_of(from, to);
        if (rand() % 3)
            made += make_spans(out + made, n - made, from, to);
        lo = to;
    }
    return made;
}

/* The innermost allowance for 'check' at 'at', looked for one by one; of two for the same span the
   first in the text.  */
static struct allowance *plain(struct allowance *all, size_t n, enum check check, uint32_t at)
{
    struct allowance *best = NULL;
    for (size_t i = 0; i < n; i++) {
        struct allowance *x = &all[i];
        if (x->check != check || at < x->span.lo || at >= x->span.hi)
            continue;
        uint32_t size = x->span.hi - x->span.lo;
        uint32_t least = best ? best->span.hi - best->span.lo : UINT32_MAX;
        if (size < least || (size == least && x->comment.lo < best->comment.lo))
            best = x;
    }
    return best;
}

START_TEST(nesting)
{
    static const enum check checks[] = { CHECK_unused, CHECK_host_shared, CHECK_run_as_root };
    srand((unsigned)_i + 1);
    struct span spans[ALLOWANCES];
    size_t n = make_spans(spans, ALLOWANCES, 1, PLACES);
    struct allowance all[ALLOWANCES];
    struct allowance *list[ALLOWANCES];
    bool used[ALLOWANCES] = { false };
    for (size_t i = 0; i < n; i++) {
        all[i] = (struct allowance){ .check = checks[rand() % 3],
                                     .span = spans[rand() % 4 ? i : (size_t)rand() % n],
                                     .comment = span_of((uint32_t)(i * 7919 % 1000 + 1), 2000) };
        list[i] = &all[i];
    }
    diags_allow(&diags, list, n);
    for (int k = 0; k < 300; k++) {
        enum check check = checks[rand() % 3];
        uint32_t at = 1 + (uint32_t)rand() % (PLACES + 10);
        struct allowance *want = plain(all, n, check, at);
        enum level level = diag_judge(&diags, check, LEVEL_NOTE, span_of(at, at + 1));
        ck_assert_int_eq(level == LEVEL_OFF, want != NULL);
        if (want)
            used[want - all] = true;
    }
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(all[i].used, used[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("levels");
    TCase *all = tcase_create("levels");
    tcase_add_checked_fixture(all, begin, end);
    tcase_add_test(all, wishes);
    tcase_add_test(all, comments);
    tcase_add_test(all, off);
    tcase_add_test(all, counts);
    tcase_add_test(all, late);
    tcase_add_loop_test(all, nesting, 0, 50);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
