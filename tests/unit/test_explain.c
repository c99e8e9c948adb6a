/* test_explain.c - the explanations of the checks: the examples do what is said of them, and what
   the tables say about lowering errors is so.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "compile.h"
#include "explain.h"
#include "regexp.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;

static void begin(void)
{
    if (setjmp(handler))
        ck_abort();
    arena_init(&arena, &handler);
}

static void end(void)
{
    arena_free(&arena);
}

static int read_example(void *context, struct arena *to, const char *path, size_t limit,
                        struct str *text, struct io_identity *identity, const char **why)
{
    static const char other[] = "vmta other { source 7.8.9.200 other.acme.example }\n";
    bool is_other = strcmp(path, "other.topo") == 0;
    *why = "is not there";
    if (!is_other && strcmp(path, "example.topo") != 0)
        return ENOENT;
    struct str from = is_other ? str_of(other) : *(const struct str *)context;
    ck_assert_uint_le(from.n, limit);
    char *p = arena_alloc(to, from.n + 2);
    memcpy(p, from.p, from.n);
    p[from.n] = p[from.n + 1] = '\0';
    *text = (struct str){ p, from.n };
    *identity = (struct io_identity){ 1, is_other ? 2 : 1 };
    return 0;
}

static size_t no_glob(void *context, struct arena *to, const char *pattern, struct str **paths)
{
    (void)context, (void)to, (void)pattern, (void)paths;
    return 0;
}

static const char *environment(void *context, const char *name)
{
    (void)context;
    static const char *const pairs[][2] = {
        { "APP_PASSWORD", "correct-horse-battery-9" },
        { "OTHER_PASSWORD", "staple-of-another-7" },
        { "WEAK_PASSWORD", "app2026" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(name, pairs[i][0]) == 0)
            return pairs[i][1];
    return NULL;
}

/* Builds 'text' as the examples of 'x' are built, wishing 'wish' of its check.  */
static enum compile_status build(struct compilation *c, const struct explanation *x,
                                 struct str text, enum wish wish)
{
    static struct options o;
    static struct str path;
    struct io io = { &text, read_example, no_glob, environment, NULL };
    path = STR("example.topo");
    o = (struct options){ .secrets = true };
    o.fragment = x->way == EXPLAIN_FRAGMENT || x->way == EXPLAIN_ROWS;
    o.format = x->way == EXPLAIN_ROWS   ? FORMAT_PIPE
               : x->way == EXPLAIN_READ ? FORMAT_POWERMTA
                                        : FORMAT_TOPOLOGY;
    o.levels.of[x->check] = wish;
    o.inputs.v = &path;
    o.inputs.n = 1;
    return compile(c, &o, &io, COMPILE_BUILD);
}

/* The highest level of the messages of 'check'.  */
static enum level highest(const struct compilation *c, enum check check)
{
    enum level level = LEVEL_OFF;
    for (size_t i = 0; i < c->diags.list.n; i++) {
        const struct diag *m = c->diags.list.v[i];
        if (m->check == check && m->level > level)
            level = m->level;
    }
    return level;
}

static const char *name(const struct explanation *x)
{
    return check_row(x->check)->name;
}

/* All messages, for whoever has to find out.  */
static const char *messages(struct compilation *c)
{
    struct buf out = { .arena = &c->arena };
    diags_print_gcc(&c->diags, &out, 0);
    buf_char(&out, '\0');
    return out.p;
}

/* What was built is sections that open and close, and lines; nothing else can be in it.  */
static void check_form(const struct explanation *x, struct str text)
{
    struct str open[8];
    size_t depth = 0;
    while (text.n) {
        size_t end = str_find(text, '\n');
        struct str line = str_trim(str_sub(text, 0, end));
        text = str_sub(text, end + 1, text.n);
        for (size_t i = 0; i < line.n; i++)
            ck_assert_msg((unsigned char)line.p[i] >= ' ', "%s: control character", name(x));
        if (!str_starts(line, STR("<")))
            continue;
        ck_assert_msg(line.p[line.n - 1] == '>', "%s: %.*s", name(x), STR_ARG(line));
        bool closes = str_starts(line, STR("</"));
        struct str tag = str_sub(line, closes ? 2 : 1, line.n);
        tag = str_sub(tag, 0, str_find(tag, ' ') < tag.n ? str_find(tag, ' ') : tag.n - 1);
        ck_assert_msg(closes ? depth && str_eq(open[depth - 1], tag) : depth < 8, "%s: %.*s",
                      name(x), STR_ARG(line));
        depth -= closes;
        if (!closes)
            open[depth++] = tag;
    }
    ck_assert_msg(!depth, "%s: a section is not closed", name(x));
}

START_TEST(every_check)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        const struct explanation *x = explain_row((enum check)i);
        ck_assert_msg(x, "%s has no row in explain.def", check_row((enum check)i)->name);
        const char *const texts[] = { x->meaning, x->why, x->cure };
        for (size_t k = 0; k < 3; k++) {
            struct str s = str_of(texts[k]);
            size_t quotes = 0;
            ck_assert_msg(s.n > 10 && s.p[s.n - 1] == '.', "%s: a sentence ends in a stop",
                          name(x));
            ck_assert_msg(!strstr(s.p, "  ") && !strchr(s.p, '\n'), "%s: blanks", name(x));
            for (size_t p = 0; p < s.n; p++)
                quotes += s.p[p] == '`';
            ck_assert_msg(quotes % 2 == 0, "%s: a backquote without its partner", name(x));
        }
    }
}
END_TEST

/* Without PCRE2 no pattern has a fault.  */
static bool is_seen(size_t check)
{
    return check != CHECK_regex_syntax || regexp_is_checked();
}

START_TEST(bad_examples)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        if (!is_seen(i))
            continue;
        const struct explanation *x = explain_row((enum check)i);
        struct compilation c;
        build(&c, x, str_of(x->bad), WISH_USUAL);
        ck_assert_msg(highest(&c, x->check) == check_row(x->check)->level,
                      "%s: the bad example has no such message of the usual level\n%s", name(x),
                      messages(&c));
        compile_free(&c);
    }
}
END_TEST

START_TEST(good_examples)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        const struct explanation *x = explain_row((enum check)i);
        struct compilation c;
        enum compile_status status = build(&c, x, str_of(x->good), WISH_USUAL);
        ck_assert_msg(status == COMPILE_FINE && !*messages(&c), "%s: the good example\n%s", name(x),
                      messages(&c));
        for (size_t k = 0; k < c.outputs.n; k++)
            check_form(x, compile_text(&c, k));
        compile_free(&c);
    }
}
END_TEST

/* Whether anything is left that no user has lowered.  */
static bool is_fine(const struct compilation *c)
{
    return c->diags.n_errors == 0;
}

/* With the check off, or lowered to a warning, what can be lowered is built, whole, and the rest is
   as it was.  */
static void lower(const struct explanation *x, enum wish wish)
{
    const struct check_row *row = check_row(x->check);
    bool stays = row->level == LEVEL_ERROR && row->lowered == LOWERED_NEVER;
    enum level usual = row->level == LEVEL_ERROR ? LEVEL_WARNING : row->level;
    enum level left = stays ? LEVEL_ERROR : wish == WISH_OFF ? LEVEL_OFF : usual;
    struct compilation c;
    enum compile_status status = build(&c, x, str_of(x->bad), wish);
    ck_assert_msg(highest(&c, x->check) == left, "%s: %s", name(x), messages(&c));
    ck_assert_msg((status == COMPILE_FINE) == is_fine(&c), "%s", name(x));
    ck_assert_msg(stays || status == COMPILE_FINE, "%s: %s", name(x), messages(&c));
    ck_assert_msg(!stays || !c.outputs.n, "%s: there is an output", name(x));
    for (size_t k = 0; k < c.outputs.n; k++)
        check_form(x, compile_text(&c, k));
    compile_free(&c);
}

START_TEST(lowered)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        if (!is_seen(i))
            continue;
        lower(explain_row((enum check)i), WISH_OFF);
        lower(explain_row((enum check)i), WISH_NO_ERROR);
    }
}
END_TEST

/* Raised: as an error it is the same message, and nothing is built.  */
START_TEST(raised)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        if (!is_seen(i))
            continue;
        const struct explanation *x = explain_row((enum check)i);
        struct compilation c;
        ck_assert_msg(build(&c, x, str_of(x->bad), WISH_ERROR) == COMPILE_ERRORS, "%s", name(x));
        ck_assert_msg(highest(&c, x->check) == LEVEL_ERROR, "%s", name(x));
        ck_assert_uint_eq(c.outputs.n, 0);
        compile_free(&c);
    }
}
END_TEST

/* A comment at the top of the file allows what a comment may, and is reported where it may not.  */
START_TEST(allowed)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        if (!is_seen(i))
            continue;
        const struct explanation *x = explain_row((enum check)i);
        const struct check_row *row = check_row(x->check);
        bool may = row->level != LEVEL_ERROR || row->lowered == LOWERED_ANYWHERE;
        struct compilation c;
        struct str text = arena_printf(&arena, "# pmtac: allow %s a test\n\n%s", row->name, x->bad);
        build(&c, x, text, WISH_USUAL);
        ck_assert_msg(highest(&c, x->check) == (may ? LEVEL_OFF : row->level), "%s: %s", name(x),
                      messages(&c));
        bool refused = strstr(messages(&c), "a comment cannot allow") != NULL;
        ck_assert_msg(refused == (!may && c.diags.list.n > 0 && !c.program.broken), "%s: %s",
                      name(x), messages(&c));
        compile_free(&c);
    }
}
END_TEST

START_TEST(texts)
{
    struct buf list = { .arena = &arena };
    explain_list(&list);
    buf_char(&list, '\0');
    for (size_t i = 0; i < N_CHECKS; i++) {
        const struct check_row *row = check_row((enum check)i);
        struct buf one = { .arena = &arena };
        explain_check(&one, (enum check)i);
        buf_char(&one, '\0');
        ck_assert_ptr_nonnull(strstr(list.p, arena_printf(&arena, "\n  %s ", row->name).p));
        ck_assert_ptr_nonnull(strstr(one.p, row->about));
        ck_assert_ptr_nonnull(strstr(one.p, "\nWhy it matters: "));
        ck_assert_ptr_nonnull(strstr(one.p, "\nWhat to do: "));
        for (const char *p = one.p; *p; p += strcspn(p, "\n") + 1)
            ck_assert_msg(strcspn(p, "\n") <= 100, "%s: %s", row->name, p);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain");
    TCase *tcase = tcase_create("explain");
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, every_check);
    tcase_add_test(tcase, bad_examples);
    tcase_add_test(tcase, good_examples);
    tcase_add_test(tcase, lowered);
    tcase_add_test(tcase, raised);
    tcase_add_test(tcase, allowed);
    tcase_add_test(tcase, texts);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
