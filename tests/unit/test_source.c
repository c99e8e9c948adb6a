/* test_source.c - places: every byte of texts with all kinds of line ends, several texts, spans at
   their ends.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "source.h"
#include "unit.h"

static struct arena arena;
static jmp_buf handler;
static struct sources sources;

/* Nobody waits at 'handler': where the arena gives up, the test dies of it.  */
static void set_up(void)
{
    arena_init(&arena, &handler);
    sources_init(&sources, &arena, &io_nothing);
}

static void tear_down(void)
{
    arena_free(&arena);
}

static struct source *add(const char *name, struct str text)
{
    char *p = arena_alloc(&arena, text.n + 2);
    memcpy(p, text.p, text.n);
    p[text.n] = p[text.n + 1] = '\0';
    struct source *source = source_add(&sources, str_of(name), (struct str){ p, text.n }, NOWHERE);
    ck_assert_ptr_nonnull(source);
    return source;
}

static const struct str texts[] = {
    STR_INIT(""),
    STR_INIT("a"),
    STR_INIT("\n"),
    STR_INIT("\n\n\n"),
    STR_INIT("ab\ncd\n"),
    STR_INIT("ab\r\ncd\r\n"),
    STR_INIT("ab\ncd"),
    STR_INIT("ab\r\ncd"),
    STR_INIT("\r\n\r\n"),
    STR_INIT("a\rb\n"),
    STR_INIT("a\r"),
    STR_INIT("a\0b\n\0"),
    STR_INIT("\xc3\xa4\n\xe2\x82\xac x\n"),
};

enum { N_TEXTS = sizeof texts / sizeof *texts };

/* All bytes and the end of 'source', against a count from its start.  */
static void check_places(const struct source *source)
{
    uint32_t line = 1, column = 1;
    for (size_t i = 0; i <= source->text.n; i++) {
        uint32_t at = source->base + (uint32_t)i;
        struct place place = source_place(&sources, at);
        ck_assert_ptr_eq(source_of(&sources, at), source);
        ck_assert_ptr_eq(place.source, source);
        ck_assert_uint_eq(place.line, line);
        ck_assert_uint_eq(place.column, column);
        column++;
        if (i < source->text.n && source->text.p[i] == '\n')
            line++, column = 1;
    }
}

static void check_lines(const struct source *source)
{
    struct str rest = source->text;
    uint32_t line = 1;
    for (bool more = true; more; line++) {
        size_t end = str_find(rest, '\n');
        struct str text = str_sub(rest, 0, end);
        more = end < rest.n;
        rest = str_sub(rest, end + 1, rest.n);
        if (str_ends(text, STR("\r")))
            text.n--;
        ck_assert(str_eq(source_line(&sources, source, line), text));
    }
    ck_assert_uint_eq(source_line(&sources, source, line).n, 0);
    ck_assert_uint_eq(source_line(&sources, source, 0).n, 0);
    ck_assert_uint_eq(source_line(&sources, source, UINT32_MAX).n, 0);
}

START_TEST(each_alone)
{
    for (size_t i = 0; i < N_TEXTS; i++) {
        sources_init(&sources, &arena, &io_nothing);
        struct source *source = add("input", texts[i]);
        check_places(source);
        check_lines(source);
    }
}
END_TEST

START_TEST(all_together)
{
    struct source *list[N_TEXTS];
    for (size_t i = 0; i < N_TEXTS; i++)
        list[i] = add("input", texts[i]);
    for (size_t i = N_TEXTS; i-- > 0;) {
        check_places(list[i]);
        check_lines(list[i]);
        ck_assert(!i || list[i]->base > list[i - 1]->base + list[i - 1]->text.n);
    }
    ck_assert_uint_eq(sources.list.n, N_TEXTS);
}
END_TEST

START_TEST(nowhere)
{
    ck_assert_ptr_null(source_of(&sources, 0));
    ck_assert_ptr_null(source_place(&sources, 0).source);
    ck_assert_ptr_null(source_place(&sources, 1).source);
    struct source *source = add("input", STR("text"));
    ck_assert_uint_gt(source->base, 0);
    ck_assert_ptr_null(source_of(&sources, 0));
    ck_assert_ptr_null(source_place(&sources, 0).source);
    ck_assert_uint_eq(source_place(&sources, 0).line, 0);
    ck_assert_uint_eq(source_text(&sources, NOWHERE).n, 0);
}
END_TEST

/* Blanks, letters of two bytes, and a byte that belongs to nothing, over several blocks.  */
START_TEST(characters)
{
    enum { N = 3 * 4096 };
    static char text[N + 3];
    size_t expected[N + 1], n = 0;
    for (size_t i = 0; i < N; i++) {
        const char *of = i % 5 == 0 ? "\xc3" : i % 5 == 1 ? "\xa4" : " ";
        text[i] = *of;
        expected[i] = n;
        n += *of != '\xa4';
    }
    expected[N] = n;
    struct source *source = add("input", (struct str){ text, N });
    for (size_t from = 0; from <= N; from += 511)
        for (size_t to = from; to <= N; to += 509)
            ck_assert_uint_eq(source_characters(&sources, source, from, to),
                              expected[to] - expected[from]);
    ck_assert_uint_eq(source_characters(&sources, source, 0, N + 1), n);
}
END_TEST

START_TEST(span_texts)
{
    struct source *a = add("a", STR("first\n")), *b = add("b", STR("second"));
    struct span span = { a->base, a->base + 5 };
    ck_assert(str_eq(source_text(&sources, span), STR("first")));
    span = (struct span){ b->base, b->base + 6 };
    ck_assert(str_eq(source_text(&sources, span), STR("second")));
    span = (struct span){ b->base + 6, b->base + 7 };
    ck_assert(str_eq(source_text(&sources, span), STR("")));
    span = (struct span){ b->base + 3, b->base + 3 };
    ck_assert(str_eq(source_text(&sources, span), STR("")));
    span = (struct span){ a->base + 4, b->base + 2 };
    ck_assert_msg(str_eq(source_text(&sources, span), STR("t\n")), "no text leaves its source");
}
END_TEST

START_TEST(joins)
{
    struct span a = { 3, 5 }, b = { 7, 9 }, joined = span_join(a, b);
    ck_assert(joined.lo == 3 && joined.hi == 9);
    joined = span_join(NOWHERE, b);
    ck_assert(joined.lo == 7 && joined.hi == 9);
    joined = span_join(a, NOWHERE);
    ck_assert(joined.lo == 3 && joined.hi == 5);
    ck_assert_uint_eq(span_join(NOWHERE, NOWHERE).hi, 0);
}
END_TEST

/* The name is copied, the text is not.  */
START_TEST(names)
{
    char name[] = "input";
    struct source *source = add(name, STR("text"));
    name[0] = 'x';
    ck_assert(str_eq(source->name, STR("input")));
    ck_assert_uint_eq(source->included.hi, 0);
}
END_TEST

START_TEST(full)
{
    static char nothing[2];
    struct str text = { nothing, 0 };
    sources.next = UINT32_MAX - 10;
    ck_assert_ptr_null(source_add(&sources, STR("input"), (struct str){ nothing, 100 }, NOWHERE));
    ck_assert_ptr_null(
        source_add(&sources, STR("input"), (struct str){ nothing, SIZE_MAX }, NOWHERE));
    ck_assert_uint_eq(sources.list.n, 0);
    struct source *last = source_add(&sources, STR("input"), text, NOWHERE);
    ck_assert_ptr_nonnull(last);
    ck_assert_uint_gt(sources.next, last->base);
    while (source_add(&sources, STR("input"), text, NOWHERE))
        ck_assert_uint_gt(sources.next, last->base);
}
END_TEST

static int read_memory(void *context, struct arena *into, const char *path, size_t limit,
                       struct str *text, struct io_identity *identity, const char **why)
{
    (void)limit;
    ck_assert_ptr_eq(into, &arena);
    *why = "is not there";
    if (strcmp(path, "there") != 0)
        return ENOENT;
    *text = *(struct str *)context;
    *identity = (struct io_identity){ 1, 2 };
    return 0;
}

START_TEST(opened)
{
    struct str text = { "a\nb\0", 3 };
    struct io io = { .context = &text, .read = read_memory };
    const char *why = NULL;
    int error;
    sources_init(&sources, &arena, &io);
    struct str path = str_sub(STR("there and back"), 0, 5);
    struct source *source = source_open(&sources, path, STR("name"), NOWHERE, &error, &why);
    ck_assert_ptr_nonnull(source);
    ck_assert(str_eq(source->name, STR("name")));
    ck_assert_uint_eq(source->identity.inode, 2);
    ck_assert_uint_eq(source_place(&sources, source->base + 2).line, 2);
    ck_assert_ptr_null(source_open(&sources, STR("gone"), STR("gone"), NOWHERE, &error, &why));
    ck_assert_int_eq(error, ENOENT);
    ck_assert_str_eq(why, "is not there");
    sources.next = UINT32_MAX - 4;
    ck_assert_ptr_null(source_open(&sources, path, path, NOWHERE, &error, &why));
    ck_assert_int_eq(error, EFBIG);
    sources_init(&sources, &arena, &io_nothing);
    ck_assert_ptr_null(source_open(&sources, path, path, NOWHERE, &error, &why));
    ck_assert_int_ne(error, 0);
    ck_assert_ptr_nonnull(why);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *all = tcase_create("source");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, each_alone);
    tcase_add_test(all, all_together);
    tcase_add_test(all, nowhere);
    tcase_add_test(all, span_texts);
    tcase_add_test(all, joins);
    tcase_add_test(all, names);
    tcase_add_test(all, characters);
    tcase_add_test(all, full);
    tcase_add_test(all, opened);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
