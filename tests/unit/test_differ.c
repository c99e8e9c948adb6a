/* test_differ.c - what counts as a difference between two configurations.

   The rules are in tests/differ: pairs that come to the same, and pairs that nearly do.  Whichever
   of the two is first, as text and as JSON; and no secret is shown.  */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "differ.h"
#include "unit.h"

enum { TEXT_SIZE = 1 << 16, PAIRS = 256 };

/* What no output may hold: the beginning of all secrets of the pairs.  */
static const struct str secrets[] = { STR_INIT("lkjfsd8f"), STR_INIT("hunter2") };

struct pair {
    struct str rule, a, b;
    enum differ_status found;
};

/* The pairs of a file.  */
struct pairs {
    char *text;
    struct pair *v;
    size_t n;
};

static void read_text(struct pairs *pairs, const char *name)
{
    char path[4096];
    const char *top = getenv("abs_top_srcdir");
    snprintf(path, sizeof path, "%s/tests/differ/%s", top ? top : ".", name);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s", path);
    pairs->text = calloc(1, TEXT_SIZE);
    ck_assert_uint_lt(fread(pairs->text, 1, TEXT_SIZE - 1, f), TEXT_SIZE - 1);
    fclose(f);
}

/* Takes the lines up to one that begins with 'end'.  */
static struct str take(char **at, const char *end)
{
    struct str text = { *at, 0 };
    while (**at && strncmp(*at, end, strlen(end)) != 0)
        *at += strcspn(*at, "\n") + 1;
    text.n = (size_t)(*at - text.p);
    return text;
}

static struct str take_line(char **at)
{
    struct str line = { *at, strcspn(*at, "\n") };
    *at += line.n + 1;
    return line;
}

static struct pairs read_pairs(const char *name)
{
    struct pairs pairs = { NULL, calloc(PAIRS, sizeof *pairs.v), 0 };
    read_text(&pairs, name);
    for (char *at = pairs.text; *at;) {
        struct str head = take_line(&at);
        if (!head.n || head.p[0] == '#')
            continue;
        ck_assert_uint_lt(pairs.n, PAIRS);
        struct pair *p = &pairs.v[pairs.n++];
        p->found = head.p[0] == '='   ? DIFFER_SAME
                   : head.p[0] == '!' ? DIFFER_DIFFERENT
                                      : DIFFER_TROUBLE;
        p->rule = str_sub(head, 2, head.n);
        p->a = take(&at, "--\n");
        take_line(&at);
        p->b = take(&at, "\n");
    }
    return pairs;
}

struct world {
    struct str name[2], text[2];
};

static int read_input(void *context, struct arena *arena, const char *path, size_t limit,
                      struct str *text, struct io_identity *identity, const char **why)
{
    const struct world *w = context;
    (void)limit;
    *identity = (struct io_identity){ 0, 0 };
    *why = "is not there";
    for (int i = 0; i < 2; i++) {
        if (!str_eq(w->name[i], str_of(path)))
            continue;
        *text = w->text[i];
        char *p = arena_alloc(arena, text->n + 2);
        memcpy(p, text->p, text->n);
        p[text->n] = p[text->n + 1] = '\0';
        text->p = p;
        return 0;
    }
    return 2;
}

static const char *environment(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "SECRET") == 0 ? "hunter2-hunter2" : NULL;
}

static enum differ_status run(struct world *w, enum message_format format, struct buf *out,
                              struct buf *talk)
{
    struct io io = { w, read_input, io_nothing.glob, environment, NULL };
    struct opts o = { .command = COMMAND_diff, .format = format, .max_errors = 20 };
    o.options.inputs.v = w->name;
    o.options.inputs.n = 2;
    o.options.fragment = true;
    return differ(&o, &io, out, talk);
}

static void judge_secrets(const struct pair *p, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        for (size_t k = 0; k < sizeof secrets / sizeof *secrets; k++)
            ck_assert_msg(!str_starts(str_sub(text, i, text.n), secrets[k]), "%.*s: a secret",
                          STR_ARG(p->rule));
}

static void judge(const struct pair *p, struct world *w, struct arena *arena)
{
    struct buf out = { .arena = arena }, json = out, talk = out;
    enum differ_status status = run(w, MESSAGES_TEXT, &out, &talk);
    ck_assert_msg(status == p->found, "%.*s: status %d\n%.*s%.*s", STR_ARG(p->rule), (int)status,
                  STR_ARG(buf_str(&out)), STR_ARG(buf_str(&talk)));
    ck_assert_msg((out.n > 0) == (status == DIFFER_DIFFERENT), "%.*s: text", STR_ARG(p->rule));
    ck_assert_int_eq(run(w, MESSAGES_JSON, &json, &talk), status);
    judge_secrets(p, buf_str(&out));
    judge_secrets(p, buf_str(&json));
    judge_secrets(p, buf_str(&talk));
}

/* The same where the topology is no file.  */
static void judge_text(const struct pair *p, struct arena *arena)
{
    struct buf out = { .arena = arena }, talk = out;
    struct world w = { { STR("b.conf"), STR("") }, { p->b, STR("") } };
    struct io io = { &w, read_input, io_nothing.glob, environment, NULL };
    struct opts o = { .command = COMMAND_convert, .max_errors = 20 };
    o.options.inputs.v = w.name;
    o.options.inputs.n = 1;
    o.options.fragment = true;
    enum differ_status status = differ_text(&o, &io, "the result", p->a, &out, &talk);
    ck_assert_msg(status == p->found, "%.*s: status %d\n%.*s%.*s", STR_ARG(p->rule), (int)status,
                  STR_ARG(buf_str(&out)), STR_ARG(buf_str(&talk)));
}

static void judge_file(const char *name, struct str a, struct str b)
{
    jmp_buf handler;
    struct arena arena;
    struct pairs pairs = read_pairs(name);
    if (setjmp(handler))
        ck_abort_msg("no memory");
    arena_init(&arena, &handler);
    for (size_t i = 0; i < pairs.n; i++) {
        const struct pair *p = &pairs.v[i];
        judge(p, &(struct world){ { a, b }, { p->a, p->b } }, &arena);
        judge(p, &(struct world){ { b, a }, { p->b, p->a } }, &arena);
        if (!str_eq(b, a) && str_ends(a, STR(".topo")))
            judge_text(p, &arena);
        arena_reset(&arena);
    }
    ck_assert_uint_gt(pairs.n, 4);
    arena_free(&arena);
    free(pairs.v);
    free(pairs.text);
}

START_TEST(configurations)
{
    judge_file("configurations.pairs", STR("a.conf"), STR("b.conf"));
}
END_TEST

START_TEST(topologies)
{
    judge_file("topologies.pairs", STR("a.topo"), STR("b.conf"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("differ");
    TCase *all = tcase_create("differ");
    tcase_add_test(all, configurations);
    tcase_add_test(all, topologies);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
