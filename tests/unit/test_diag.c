/* test_diag.c - messages: what is kept of them, and how they look as text and as JSON.  */

#include <config.h>

#include <stdlib.h>

#include "diag.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;
static struct sources sources;
static struct diags diags;

/* Nobody waits at 'handler': where the arena gives up, the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
    sources_init(&sources, &arena, &io_nothing);
    diags_init(&diags, &arena, &sources);
}

static void tear_down(void)
{
    arena_free(&arena);
}

static struct source *add_named(const char *name, struct str text)
{
    char *p = arena_alloc(&arena, text.n + 2);
    memcpy(p, text.p, text.n);
    p[text.n] = p[text.n + 1] = '\0';
    return source_add(&sources, str_of(name), (struct str){ p, text.n }, NOWHERE);
}

static struct source *add(struct str text)
{
    return add_named("t.topo", text);
}

/* From byte 'lo' of 'source' to byte 'hi'.  */
static struct span at(const struct source *source, size_t lo, size_t hi)
{
    return (struct span){ source->base + (uint32_t)lo, source->base + (uint32_t)hi };
}

/* The first place of 'part' in 'source'.  */
static struct span where(const struct source *source, const char *part)
{
    for (size_t i = 0; i < source->text.n; i++)
        if (str_starts(str_sub(source->text, i, SIZE_MAX), str_of(part)))
            return at(source, i, i + strlen(part));
    ck_abort_msg("no %s", part);
    return NOWHERE;
}

static const char *printed(size_t max_errors, bool color)
{
    struct buf out = { .arena = &arena };
    diags_sort(&diags);
    diags_print_text(&diags, &out, max_errors, color);
    buf_char(&out, '\0');
    return out.p;
}

static const char *gcc(void)
{
    struct buf out = { .arena = &arena };
    diags_sort(&diags);
    diags_print_gcc(&diags, &out, 0);
    buf_char(&out, '\0');
    return out.p;
}

static const char *json(void)
{
    struct buf out = { .arena = &arena };
    diags_sort(&diags);
    diags_print_json(&diags, STR(""), &out);
    buf_char(&out, '\0');
    return out.p;
}

/* A note at 'part' of 'text' is shown as 'snippet', two lines.  */
static void check_snippet(struct str text, const char *part, const char *snippet)
{
    diags_init(&diags, &arena, &sources);
    struct source *source = add(text);
    struct span span = where(source, part);
    struct place place = source_place(&sources, span.lo);
    diag_at(&diags, CHECK_syntax, LEVEL_NOTE, span, "here");
    struct str expected = arena_printf(&arena, "t.topo:%u:%u: note: here [syntax]\n%s", place.line,
                                       place.column, snippet);
    ck_assert_str_eq(printed(0, false), expected.p);
}

START_TEST(carets)
{
    check_snippet(STR("vmta tx {\n"), "tx",
                  "    1 | vmta tx {\n"
                  "      |      ^~\n");
    check_snippet(STR("a b"), "b",
                  "    1 | a b\n"
                  "      |   ^\n");
    check_snippet(STR("a\r\nb X\r\n"), "X",
                  "    2 | b X\n"
                  "      |   ^\n");
    check_snippet(STR("one X two\nthree"), "X two\nthree",
                  "    1 | one X two\n"
                  "      |     ^~~~~~\n");
}
END_TEST

START_TEST(tabs)
{
    check_snippet(STR("\tvia\ttx\n"), "tx",
                  "    1 |         via     tx\n"
                  "      |                 ^~\n");
    check_snippet(STR("a\tb\tX"), "b\tX",
                  "    1 | a       b       X\n"
                  "      |         ^~~~~~~~~\n");
    check_snippet(STR("1234567\tX"), "X",
                  "    1 | 1234567 X\n"
                  "      |         ^\n");
    check_snippet(STR("12345678\tX"), "X",
                  "    1 | 12345678        X\n"
                  "      |                 ^\n");
}
END_TEST

START_TEST(wide_characters)
{
    check_snippet(STR("\xe6\xbc\xa2\xe5\xad\x97 X"), "X",
                  "    1 | \xe6\xbc\xa2\xe5\xad\x97 X\n"
                  "      |      ^\n");
    check_snippet(STR("\xe6\xbc\xa2\xe5\xad\x97 X"), "\xe5\xad\x97 X",
                  "    1 | \xe6\xbc\xa2\xe5\xad\x97 X\n"
                  "      |   ^~~~\n");
    check_snippet(STR("\xf0\x9f\x98\x80 X"), "X",
                  "    1 | \xf0\x9f\x98\x80 X\n"
                  "      |    ^\n");
    check_snippet(STR("cafe\xcc\x81 X"), "X",
                  "    1 | cafe\xcc\x81 X\n"
                  "      |      ^\n");
    check_snippet(STR("caf\xc3\xa9 X"), "X",
                  "    1 | caf\xc3\xa9 X\n"
                  "      |      ^\n");
}
END_TEST

START_TEST(what_a_terminal_must_not_see)
{
    check_snippet(STR("a \xff\xfe X"), "X",
                  "    1 | a \\xff\\xfe X\n"
                  "      |            ^\n");
    check_snippet(STR("a \xff\xfe X"), "\xfe",
                  "    1 | a \\xff\\xfe X\n"
                  "      |       ^~~~\n");
    check_snippet(STR("\x1b[31mX\x7f\0z\x01"), "X",
                  "    1 | \\x1b[31mX\\x7f\\x00z\\x01\n"
                  "      |         ^\n");
    check_snippet(STR("a\xe2\x80\x8b X"), "\xe2\x80\x8b",
                  "    1 | a<U+200B> X\n"
                  "      |  ^~~~~~~~\n");
    check_snippet(STR("a\xc2\xa0X\xe2\x80\xae"), "X",
                  "    1 | a<U+00A0>X<U+202E>\n"
                  "      |          ^\n");
    check_snippet(STR("\xc2\x9b\xed\xa0\x80\xc0\x80X"), "X",
                  "    1 | <U+009B>\\xed\\xa0\\x80\\xc0\\x80X\n"
                  "      |                             ^\n");
}
END_TEST

/* Every byte and every pair of bytes in text, name and message: nothing but printable characters
   and line ends comes out.  */
START_TEST(any_bytes)
{
    char text[256 * 3];
    for (size_t i = 0; i < 256; i++) {
        text[3 * i] = (char)i;
        text[3 * i + 1] = (char)(255 - i);
        text[3 * i + 2] = (char)(i * 37);
    }
    struct str bytes = { text, sizeof text };
    struct source *source = add_named("\x1b]0;t\n\xff", bytes);
    for (size_t i = 0; i <= bytes.n; i++) {
        struct diag *m = diag(&diags, CHECK_syntax, at(source, i, i + 1), "%.*s", STR_ARG(bytes));
        diag_also(&diags, m, at(source, i, i), "%.*s", STR_ARG(bytes));
        diag_help(&diags, m, "%.*s", STR_ARG(bytes));
    }
    const char *shown = printed(0, false);
    size_t bad = 0;
    for (const char *p = shown; *p; p++)
        bad += ((unsigned char)*p < 0x20 && *p != '\n') || *p == 0x7f;
    ck_assert_uint_eq(bad, 0);
    for (size_t i = 0, n = strlen(shown); i < n;) {
        uint32_t rune;
        size_t len = utf8_rune(shown + i, n - i, &rune);
        ck_assert_uint_gt(len, 0);
        ck_assert(!rune_is_invisible(rune));
        i += len;
    }
}
END_TEST

/* 'n' times 'text' in the arena.  */
static struct str times(const char *text, size_t n)
{
    struct buf b = { .arena = &arena };
    while (n-- > 0)
        buf_text(&b, text);
    buf_char(&b, '\0');
    return (struct str){ b.p, b.n - 1 };
}

/* 'before' copies of 'filling', "XY" and as many again: shown are the 60 cells before, XY and what
   fits behind it.  */
static void check_window(const char *filling, size_t cells)
{
    struct str many = times(filling, 1000);
    struct str text = arena_printf(&arena, "%sXY%s", many.p, many.p);
    struct str left = times(filling, 60 / cells), right = times(filling, 58 / cells);
    struct str blanks = times(" ", 61);
    struct str expected =
        arena_printf(&arena, "    1 | …%sXY%s…\n      | %s^~\n", left.p, right.p, blanks.p);
    check_snippet(text, "XY", expected.p);
}

START_TEST(long_lines)
{
    check_window("a", 1);
    check_window("\xc3\xa9", 1);
    check_window("\xe6\xbc\xa2", 2);
    check_window("e\xcc\x81", 1);
    struct str right = times("a", 1000), shown = times("a", 118);
    check_snippet(arena_printf(&arena, "XY%s", right.p), "XY",
                  arena_printf(&arena, "    1 | XY%s…\n      | ^~\n", shown.p).p);
    shown = times("a", 60);
    check_snippet(
        arena_printf(&arena, "%sXY", right.p), "XY",
        arena_printf(&arena, "    1 | …%sXY\n      | %s^~\n", shown.p, times(" ", 61).p).p);
}
END_TEST

START_TEST(a_line_of_a_million)
{
    struct str text = times("abc\xff", 1 << 20);
    struct source *source = add(text);
    for (size_t i = 0; i < 20; i++)
        diag(&diags, CHECK_syntax, at(source, i << 17, (i + 1) << 17), "here");
    ck_assert_uint_lt(strlen(printed(0, false)), 20000);
}
END_TEST

START_TEST(ends_of_texts)
{
    struct source *source = add(STR("a b\n"));
    diag(&diags, CHECK_syntax, at(source, 4, 5), "behind the end");
    diag(&diags, CHECK_syntax, at(source, 3, 3), "line end");
    diag(&diags, CHECK_syntax, at(source, 0, 4), "all");
    diag(&diags, CHECK_syntax, at(source, 1, 1), "nothing");
    diag(&diags, CHECK_syntax, at(add(STR("")), 0, 0), "empty");
    diag(&diags, CHECK_include_missing, NOWHERE, "nowhere");
    ck_assert_str_eq(printed(0, false), "pmtac: error: nowhere [include-missing]\n"
                                        "t.topo:1:1: error: all [syntax]\n"
                                        "    1 | a b\n"
                                        "      | ^~~~\n"
                                        "t.topo:1:2: error: nothing [syntax]\n"
                                        "    1 | a b\n"
                                        "      |  ^\n"
                                        "t.topo:1:4: error: line end [syntax]\n"
                                        "    1 | a b\n"
                                        "      |    ^\n"
                                        "t.topo:2:1: error: behind the end [syntax]\n"
                                        "    2 | \n"
                                        "      | ^\n"
                                        "t.topo:1:1: error: empty [syntax]\n"
                                        "    1 | \n"
                                        "      | ^\n"
                                        "pmtac: 6 errors\n");
}
END_TEST

START_TEST(secrets)
{
    struct source *source = add(STR("some-one hunter2 x\n"));
    diag_secret(&diags, where(source, "hunter2"));
    diag_secret(&diags, where(source, "hunter2"));
    diag_secret(&diags, NOWHERE);
    diag(&diags, CHECK_syntax, where(source, "hunter2"), "secret");
    diag(&diags, CHECK_syntax, where(source, "x"), "behind");
    diag(&diags, CHECK_syntax, where(source, "some-one hunter2"), "all");
    ck_assert_str_eq(printed(0, false), "t.topo:1:1: error: all [syntax]\n"
                                        "    1 | some-one ******** x\n"
                                        "      | ^~~~~~~~~~~~~~~~~\n"
                                        "t.topo:1:10: error: secret [syntax]\n"
                                        "    1 | some-one ******** x\n"
                                        "      |          ^~~~~~~~\n"
                                        "t.topo:1:18: error: behind [syntax]\n"
                                        "    1 | some-one ******** x\n"
                                        "      |                   ^\n"
                                        "pmtac: 3 errors\n");
}
END_TEST

/* All spans of a line with secrets in it, one of which goes on in the next line.  */
START_TEST(secrets_in_any_span)
{
    struct str text = STR("a hunter2 \xe6\xbc\xa2 hunter2,hunter2\tb\nhunter2 c hunter2\n");
    struct source *source = add(text);
    for (size_t i = 0; i + 7 <= text.n; i++)
        if (str_starts(str_sub(text, i, SIZE_MAX), STR("hunter2")))
            diag_secret(&diags, at(source, i, i + 7));
    for (size_t lo = 0; lo <= text.n; lo++)
        for (size_t hi = lo; hi <= text.n + 1; hi++)
            diag_also(&diags, diag(&diags, CHECK_syntax, at(source, lo, hi), "here"),
                      at(source, lo, hi), "there");
    ck_assert_ptr_null(strstr(printed(0, false), "hunt"));
    ck_assert_ptr_null(strstr(printed(0, false), "ter2"));
    ck_assert_ptr_null(strstr(json(), "hunter2"));
}
END_TEST

START_TEST(suspected_secrets)
{
    struct source *source = add(STR("password hunter2 x\n"
                                    "password env:X y\n"
                                    "word a\n"
                                    "a; PassWord q\n"
                                    "password\n"));
    struct secret_word word = { STR("password"), 0 };
    VEC_PUSH(&arena, &diags.secret_words, word);
    for (size_t i = 0; i < source->text.n; i++)
        if (source->text.p[i] == '\n')
            diag_at(&diags, CHECK_syntax, LEVEL_NOTE, at(source, i, i), "end");
    ck_assert_str_eq(printed(0, false), "t.topo:1:19: note: end [syntax]\n"
                                        "    1 | password ********\n"
                                        "      |                  ^\n"
                                        "t.topo:2:17: note: end [syntax]\n"
                                        "    2 | password env:X ********\n"
                                        "      |                        ^\n"
                                        "t.topo:3:7: note: end [syntax]\n"
                                        "    3 | word a\n"
                                        "      |       ^\n"
                                        "t.topo:4:14: note: end [syntax]\n"
                                        "    4 | a; PassWord ********\n"
                                        "      |                     ^\n"
                                        "t.topo:5:9: note: end [syntax]\n"
                                        "    5 | password\n"
                                        "      |         ^\n");
}
END_TEST

START_TEST(repeats)
{
    struct source *source = add(STR("a b\n"));
    struct span a = where(source, "a"), b = where(source, "b");
    for (int i = 0; i < 5; i++) {
        struct diag *m = diag(&diags, CHECK_name_unknown, a, "no `%d`", i);
        diag_also(&diags, m, b, "also %d", i);
        diag_help(&diags, m, "help %d", i);
        diag_fix(&diags, m, a, STR("fix"));
        diag(&diags, CHECK_name_unknown, b, "the same");
    }
    diag(&diags, CHECK_name_duplicate, a, "another check");
    ck_assert_uint_eq(diags.n_errors, 3);
    ck_assert_str_eq(printed(0, false), "t.topo:1:1: error: no `0` (and 4 more like this)"
                                        " [name-unknown]\n"
                                        "    1 | a b\n"
                                        "      | ^\n"
                                        "t.topo:1:3: note: also 0\n"
                                        "    1 | a b\n"
                                        "      |   ^\n"
                                        "t.topo:1:1: help: help 0\n"
                                        "t.topo:1:1: error: another check [name-duplicate]\n"
                                        "    1 | a b\n"
                                        "      | ^\n"
                                        "t.topo:1:3: error: the same [name-unknown]\n"
                                        "    1 | a b\n"
                                        "      |   ^\n"
                                        "pmtac: 3 errors\n");
}
END_TEST

static void say_much(void)
{
    struct source *main_file = add_named("main.topo", STR("include x\n"));
    struct source *source = add_named("x.topo", STR("vmta a {\n    b c\n}\n"));
    source->included = where(main_file, "x");
    diags.context = (struct diag_context){ "vmta", STR("a"), where(source, "a {") };
    struct diag *m = diag(&diags, CHECK_name_unknown, where(source, "c"), "no `%s`", "c");
    diag_also(&diags, m, where(source, "b"), "first");
    diag_also(&diags, m, NOWHERE, "second");
    diag_help(&diags, m, "write d");
    diag_fix(&diags, m, where(source, "c"), STR("d"));
    diags.context.kind = NULL;
    diag(&diags, CHECK_nothing_declared, where(main_file, "include"), "nothing");
}

START_TEST(all_parts)
{
    say_much();
    ck_assert_str_eq(printed(0, false), "main.topo:1:1: warning: nothing [nothing-declared]\n"
                                        "    1 | include x\n"
                                        "      | ^~~~~~~\n"
                                        "x.topo:2:7: error: no `c` [name-unknown]\n"
                                        "    2 |     b c\n"
                                        "      |       ^\n"
                                        "x.topo:2:5: note: first\n"
                                        "    2 |     b c\n"
                                        "      |     ^\n"
                                        "pmtac: note: second\n"
                                        "x.topo:1:6: note: in vmta `a`\n"
                                        "main.topo:1:9: note: included from here\n"
                                        "x.topo:2:7: help: write d\n"
                                        "pmtac: 1 error and 1 warning\n");
    ck_assert_str_eq(gcc(), "main.topo:1:1: warning: nothing [nothing-declared]\n"
                            "x.topo:2:7: error: no `c` [name-unknown]\n"
                            "x.topo:2:5: note: first\n"
                            "pmtac: note: second\n"
                            "pmtac: 1 error and 1 warning\n");
}
END_TEST

/* What one gets without the escape sequences of colors is the plain text.  */
START_TEST(colors)
{
    say_much();
    struct buf plain = { .arena = &arena };
    const char *text = printed(0, true);
    ck_assert_ptr_nonnull(strstr(text, "\033[1;31merror:\033[0m"));
    ck_assert_ptr_nonnull(strstr(text, "\033[1;33mwarning:\033[0m"));
    for (; *text; text++) {
        if (*text == '\033')
            text += strcspn(text, "m");
        else
            buf_char(&plain, *text);
    }
    buf_char(&plain, '\0');
    ck_assert_str_eq(plain.p, printed(0, false));
}
END_TEST

/* By place, the end of it, then the check; the order in which it was said does not count.  */
START_TEST(order)
{
    static const enum check checks[] = { CHECK_syntax, CHECK_name_unknown, CHECK_nothing_declared };
    const char *first = NULL;
    for (size_t turn = 0; turn < 8; turn++) {
        sources_init(&sources, &arena, &io_nothing);
        diags_init(&diags, &arena, &sources);
        struct source *source[2] = { add_named("a", STR("abcd")), add_named("b", STR("abcd")) };
        for (size_t i = 0; i < 2 * 4 * 4 * 3; i++) {
            size_t k = (i * 59 + turn * 17) % (2 * 4 * 4 * 3), lo = k / 2 % 4, hi = k / 8 % 4 + 1;
            if (lo < hi)
                diag(&diags, checks[k / 32], at(source[k % 2], lo, hi), "%zu", k);
        }
        diag(&diags, CHECK_include_missing, NOWHERE, "nowhere");
        const char *text = gcc();
        ck_assert(str_starts(str_of(text), STR("pmtac: error: nowhere")));
        if (first)
            ck_assert_str_eq(text, first);
        first = text;
    }
    for (size_t i = 1; i < diags.list.n; i++) {
        const struct diag *a = diags.list.v[i - 1], *b = diags.list.v[i];
        ck_assert_uint_le(a->span.lo, b->span.lo);
        ck_assert(a->span.lo < b->span.lo || a->span.hi < b->span.hi ||
                  (a->span.hi == b->span.hi && a->check < b->check));
    }
}
END_TEST

START_TEST(max_errors)
{
    struct source *source = add(STR("abcdefgh\n"));
    for (size_t i = 0; i < 8; i++)
        diag(&diags, i == 6 ? CHECK_nothing_declared : CHECK_syntax, at(source, i, i + 1), "%zu",
             i);
    ck_assert_ptr_nonnull(strstr(printed(2, false),
                                 "\n"
                                 "pmtac: 5 more errors not shown (--max-errors)\n"
                                 "pmtac: 7 errors and 1 warning\n"));
    ck_assert_ptr_nonnull(strstr(printed(2, false), "error: 1 ["));
    ck_assert_ptr_null(strstr(printed(2, false), "error: 2 ["));
    ck_assert_ptr_nonnull(strstr(printed(2, false), "warning: 6 ["));
    ck_assert_ptr_nonnull(strstr(printed(6, false), "pmtac: 1 more error not shown"));
    ck_assert_ptr_null(strstr(printed(7, false), "more error"));
    ck_assert_ptr_null(strstr(printed(0, false), "more error"));
}
END_TEST

START_TEST(levels)
{
    struct source *source = add(STR("abcdefgh\n"));
    diag_at(&diags, CHECK_syntax, LEVEL_OFF, at(source, 0, 1), "off");
    diag_at(&diags, CHECK_syntax, LEVEL_NOTE, at(source, 1, 2), "note");
    diag_at(&diags, CHECK_syntax, LEVEL_WARNING, at(source, 2, 3), "warning");
    ck_assert_uint_eq(diags.n_errors, 0);
    ck_assert_uint_eq(diags.n_warnings, 1);
    ck_assert_str_eq(gcc(), "t.topo:1:2: note: note [syntax]\n"
                            "t.topo:1:3: warning: warning [syntax]\n");
    ck_assert_ptr_null(strstr(json(), "\"off\""));
    ck_assert_str_eq(level_name(LEVEL_NOTE), "note");
}
END_TEST

START_TEST(checks)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        const struct check_row *row = check_row((enum check)i);
        ck_assert_uint_eq(check_named(str_of(row->name)), i);
        ck_assert(row->about[0]);
    }
    ck_assert_uint_eq(check_named(STR("Syntax")), N_CHECKS);
    ck_assert_uint_eq(check_named(STR("")), N_CHECKS);
}
END_TEST

/* Of each check as many warnings and notes are shown as errors of all, and the others counted.  */
START_TEST(many_alike)
{
    struct source *source = add(times("a", 100));
    for (size_t i = 0; i < 30; i++) {
        diag_at(&diags, CHECK_unused, i % 2 ? LEVEL_NOTE : LEVEL_WARNING, at(source, i, i + 1),
                "unused %zu", i);
        diag(&diags, CHECK_secret_inline, at(source, i, i + 1), "inline %zu", i);
    }
    diag(&diags, CHECK_run_as_root, at(source, 99, 100), "one");
    ck_assert_ptr_nonnull(strstr(printed(4, false), "unused 3 ["));
    ck_assert_ptr_null(strstr(printed(4, false), "unused 4 ["));
    ck_assert_ptr_nonnull(strstr(printed(4, false), "inline 3 ["));
    ck_assert_ptr_null(strstr(printed(4, false), "inline 4 ["));
    ck_assert_ptr_nonnull(strstr(printed(4, false), "warning: one ["));
    ck_assert_ptr_nonnull(strstr(printed(4, false), "\npmtac: 26 more like this not shown "
                                                    "(--max-errors) [unused]\n"
                                                    "pmtac: 26 more like this not shown "
                                                    "(--max-errors) [secret-inline]\n"));
    ck_assert_ptr_null(strstr(printed(30, false), "not shown"));
    ck_assert_ptr_null(strstr(printed(0, false), "not shown"));
    ck_assert_ptr_nonnull(strstr(json(), "unused 29"));
}
END_TEST

/* A hopeless input: not all of it is kept, but all errors are counted and said to be there.  */
START_TEST(too_many)
{
    enum { N = 50000 };
    struct source *source = add(times("a", N));
    for (size_t i = 0; i < N; i++)
        diag(&diags, i % 2 ? CHECK_syntax : CHECK_nothing_declared, at(source, i, i + 1), "here");
    ck_assert_uint_lt(diags.list.n, N);
    ck_assert_uint_eq(diags.n_errors, N / 2);
    ck_assert_ptr_nonnull(strstr(gcc(), "pmtac: 25000 errors and 25000 warnings\n"));
    size_t shown = 0;
    for (const char *p = gcc(); (p = strstr(p, ": error: ")); p++)
        shown++;
    struct str rest =
        arena_printf(&arena, "pmtac: %zu more errors not shown", (size_t)N / 2 - shown);
    ck_assert_ptr_nonnull(strstr(gcc(), rest.p));
}
END_TEST

/* The end of the JSON value at 'p', or NULL where it is none (RFC 8259).  */
static const char *json_end(const char *p);

static const char *json_blanks(const char *p)
{
    return p + strspn(p, " \n");
}

static const char *json_string(const char *p)
{
    for (p++; *p && *p != '"'; p++) {
        uint32_t rune;
        size_t len = utf8_rune(p, strlen(p), &rune);
        if (!len || rune < 0x20)
            return NULL;
        p += len - 1;
        if (*p == '\\' && !strchr("\"\\/bfnrt", *++p))
            return NULL;
    }
    return *p ? p + 1 : NULL;
}

static const char *json_list(const char *p, char close)
{
    p = json_blanks(p + 1);
    if (*p == close)
        return p + 1;
    for (;; p++) {
        p = json_blanks(p);
        if (close == '}') {
            p = *p == '"' ? json_string(p) : NULL;
            if (!p || *p++ != ':')
                return NULL;
        }
        p = json_end(json_blanks(p));
        if (!p)
            return NULL;
        p = json_blanks(p);
        if (*p == close)
            return p + 1;
        if (*p != ',')
            return NULL;
    }
}

static const char *json_end(const char *p)
{
    if (*p == '"')
        return json_string(p);
    if (*p == '{' || *p == '[')
        return json_list(p, *p == '{' ? '}' : ']');
    if (strncmp(p, "null", 4) == 0 || strncmp(p, "true", 4) == 0)
        return p + 4;
    if (strncmp(p, "false", 5) == 0)
        return p + 5;
    size_t digits = strspn(p, "0123456789");
    return digits ? p + digits : NULL;
}

static void check_json(const char *text)
{
    const char *end = json_end(text);
    ck_assert_msg(end && strcmp(end, "\n") == 0, "no JSON: %.200s", end ? end : text);
}

START_TEST(json_reader)
{
    static const char *const good[] = { "{}\n", "[]\n", "[1, {\"a\": [null]}, \"\\\"\\\\\"]\n" };
    static const char *const bad[] = { "{\n",         "[1,]\n",     "{\"a\"}\n", "\"\t\"\n",
                                       "\"\\x41\"\n", "\"\xff\"\n", "[1 2]\n" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check_json(good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_ptr_null(json_end(bad[i]));
}
END_TEST

START_TEST(json_of_nothing)
{
    ck_assert_str_eq(json(), "{\n"
                             "  \"version\": 1,\n"
                             "  \"diagnostics\": [],\n"
                             "  \"omitted\": 0,\n"
                             "  \"errors\": 0,\n"
                             "  \"warnings\": 0,\n"
                             "  \"failed\": false\n"
                             "}\n");
    check_json(json());
}
END_TEST

START_TEST(json_of_all_parts)
{
    say_much();
    diag(&diags, CHECK_include_missing, NOWHERE, "nowhere");
    check_json(json());
    ck_assert_ptr_nonnull(strstr(
        json(), "{\"check\": \"name-unknown\", \"level\": \"error\", \"message\": \"no `c`\", "
                "\"more\": 0, \"file\": \"x.topo\", "
                "\"start\": {\"line\": 2, \"column\": 7, \"byteColumn\": 7}, "
                "\"end\": {\"line\": 2, \"column\": 8, \"byteColumn\": 8}, "
                "\"help\": \"write d\", \"notes\": [{\"message\": \"first\""));
    ck_assert_ptr_nonnull(strstr(json(), "\"message\": \"nowhere\", \"more\": 0, \"file\": null"));
    ck_assert_ptr_nonnull(strstr(json(), "\"fixes\": [{\"text\": \"d\", \"file\": \"x.topo\""));
    ck_assert_ptr_nonnull(strstr(json(), "\"message\": \"in vmta `a`\""));
}
END_TEST

/* Columns count characters, byte columns bytes.  */
START_TEST(json_columns)
{
    struct source *source = add(STR("\xc3\xa4\xe6\xbc\xa2\xff X\n"));
    diag(&diags, CHECK_syntax, where(source, "X"), "here");
    ck_assert_ptr_nonnull(strstr(json(),
                                 "\"start\": {\"line\": 1, \"column\": 5, \"byteColumn\": 8}, "
                                 "\"end\": {\"line\": 1, \"column\": 6, \"byteColumn\": 9}"));
}
END_TEST

START_TEST(json_of_hostile_bytes)
{
    char text[1024];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i < 256 ? i : i * i >> 3 ^ i * 31);
    struct str bytes = { text, sizeof text };
    struct source *source = add_named("\"\\\x01\xff\n</script>", bytes);
    for (size_t i = 0; i < bytes.n; i++) {
        struct str part = str_sub(bytes, i, 9);
        diags.context = (struct diag_context){ i % 2 ? "vmta" : NULL, part, at(source, i, i + 1) };
        struct diag *m = diag(&diags, CHECK_syntax, at(source, i, i + 3), "%.*s", STR_ARG(part));
        diag_also(&diags, m, at(source, i, i), "%.*s", STR_ARG(part));
        diag_help(&diags, m, "%.*s", STR_ARG(part));
        diag_fix(&diags, m, at(source, i, i + 1), part);
    }
    diag_fix(&diags, diag(&diags, CHECK_syntax, NOWHERE, "x"), NOWHERE, bytes);
    check_json(json());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diag");
    TCase *all = tcase_create("diag");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, carets);
    tcase_add_test(all, tabs);
    tcase_add_test(all, wide_characters);
    tcase_add_test(all, what_a_terminal_must_not_see);
    tcase_add_test(all, any_bytes);
    tcase_add_test(all, long_lines);
    tcase_add_test(all, a_line_of_a_million);
    tcase_add_test(all, ends_of_texts);
    tcase_add_test(all, secrets);
    tcase_add_test(all, secrets_in_any_span);
    tcase_add_test(all, suspected_secrets);
    tcase_add_test(all, repeats);
    tcase_add_test(all, all_parts);
    tcase_add_test(all, colors);
    tcase_add_test(all, order);
    tcase_add_test(all, max_errors);
    tcase_add_test(all, levels);
    tcase_add_test(all, checks);
    tcase_add_test(all, many_alike);
    tcase_add_test(all, too_many);
    tcase_add_test(all, json_reader);
    tcase_add_test(all, json_of_nothing);
    tcase_add_test(all, json_of_all_parts);
    tcase_add_test(all, json_columns);
    tcase_add_test(all, json_of_hostile_bytes);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
