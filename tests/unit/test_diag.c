/* test_diag.c - messages: what is kept of them, and how they look as text and as JSON.  */

#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "diag.h"

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

static void tear_down(void) { arena_free(&arena); }

static struct source *add_named(const char *name, struct str text)
{
    char *p = arena_alloc(&arena, text.n + 2);
    memcpy(p, text.p, text.n);
    p[text.n] = p[text.n + 1] = '\0';
    return source_add(&sources, str_of(name), (struct str){ p, text.n }, NOWHERE);
}

static struct source *add(struct str text) { return add_named("t.topo", text); }

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
    diags_print_json(&diags, &out);
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
