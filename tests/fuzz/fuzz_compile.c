/* fuzz_compile.c - the whole compiler, from one input in memory to outputs and messages.

   A first byte above 0x7f is not part of the input but says what to do with it, bit by bit; without
   one it is a topology, or rows if it begins with a digit.  A line "#= NAME" ends one file and
   begins another, which the first may include.  Always: no crash, no promise broken, an output for
   each host where the input is fine and none where it is not, places inside of the input, the same
   result twice and for a host by itself, and no message that shows a secret.  */

#include <config.h>

#include "compile.h"
#include "fuzz.h"

const size_t fuzz_step = 23;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the first byte says.  */
enum {
    DO_SOMETHING = 0x80,
    DO_ROWS = 0x01,
    DO_VERSION = 0x06,
    DO_FRAGMENT = 0x08,
    DO_ANNOTATE = 0x10,
    DO_REDACT = 0x20,
    DO_CONVERT = 0x40
};

/* Beyond these an input is slow, and nothing else.  */
enum { LONG_RANGE = 64, LONG_INPUT = 1 << 16, FILES = 8 };

static const char secret[] = "hunter2-hunter2";

/* Files in memory; the first is the one that is compiled.  */
struct world {
    struct {
        struct str name, text;
    } files[FILES];
    size_t n;
};

/* Cuts an input into its files.  */
static void make_world(struct world *w, struct str text, struct str name)
{
    static const struct str mark = STR_INIT("\n#= ");
    w->n = 0;
    for (;;) {
        size_t end = 0;
        while (end < text.n && !str_starts(str_sub(text, end, text.n), mark))
            end++;
        w->files[w->n].name = name;
        w->files[w->n++].text = str_sub(text, 0, end);
        if (end == text.n || w->n == FILES)
            return;
        text = str_sub(text, end + mark.n, text.n);
        size_t line = str_find(text, '\n');
        name = str_sub(text, 0, line);
        text = str_sub(text, line + 1, text.n);
    }
}

static int read_input(void *context, struct arena *arena, const char *path, size_t limit,
                      struct str *text, struct io_identity *identity, const char **why)
{
    const struct world *w = context;
    size_t i = 0;
    while (i < w->n && !str_eq(w->files[i].name, str_of(path)))
        i++;
    *identity = (struct io_identity){ 0, 0 };
    *why = "is not there";
    if (i == w->n || w->files[i].text.n > limit)
        return 2;
    size_t n = w->files[i].text.n;
    char *p = arena_alloc(arena, n + 2);
    if (n)
        memcpy(p, w->files[i].text.p, n);
    p[n] = p[n + 1] = '\0';
    *text = (struct str){ p, n };
    *identity = (struct io_identity){ 1, i + 1 };
    return 0;
}

/* Every pattern finds all files but the first.  */
static size_t find_files(void *context, struct arena *arena, const char *pattern,
                         struct str **paths)
{
    const struct world *w = context;
    (void)pattern;
    *paths = NEW_ARRAY(arena, struct str, FILES);
    for (size_t i = 1; i < w->n; i++)
        (*paths)[i - 1] = w->files[i].name;
    return w->n - 1;
}

static const char *environment(void *context, const char *name)
{
    (void)context;
    return *name ? secret : NULL;
}

/* 'part', which is not empty, occurs in 'text'.  */
static bool holds(struct str text, struct str part)
{
    for (size_t i = 0; i + part.n <= text.n; i++)
        if (text.p[i] == part.p[0] && str_starts(str_sub(text, i, part.n), part))
            return true;
    return false;
}

/* The digits from 'at' on as a number.  */
static uint64_t number(struct str text, size_t at)
{
    uint64_t n = 0;
    for (; at < text.n && is_digit(text.p[at]) && n < UINT32_MAX; at++)
        n = n * 10 + (uint64_t)(text.p[at] - '0');
    return n;
}

static bool has_long_range(struct str text)
{
    for (size_t i = 1; i + 2 < text.n; i++) {
        size_t from = i;
        if (text.p[i] != '.' || text.p[i + 1] != '.')
            continue;
        while (from > 0 && is_digit(text.p[from - 1]))
            from--;
        uint64_t a = number(text, from), b = number(text, i + 2);
        if ((a < b ? b - a : a - b) >= LONG_RANGE)
            return true;
    }
    return false;
}

static struct options options_of(unsigned bits, const struct str *path)
{
    static const int versions[] = { 0, 400, 405, 500 };
    struct options o = { .secrets = true, .dkim = true, .json = true };
    o.inputs.v = (struct str *)(uintptr_t)path;
    o.inputs.n = 1;
    o.version = versions[(bits & DO_VERSION) >> 1];
    o.fragment = bits & DO_FRAGMENT;
    o.annotate = bits & DO_ANNOTATE;
    o.redact = bits & DO_REDACT;
    return o;
}

static void hold_span(const struct compilation *c, struct span span)
{
    if (!span.hi) {
        fuzz_hold(!span.lo);
        return;
    }
    const struct source *source = source_of(&c->sources, span.lo);
    fuzz_hold(source != NULL && span.lo <= span.hi);
    fuzz_hold(span.hi - source->base <= source->text.n + 1);
}

static void hold_messages(const struct compilation *c)
{
    for (size_t i = 0; i < c->diags.list.n; i++) {
        const struct diag *m = c->diags.list.v[i];
        hold_span(c, m->span);
        if (m->context.kind)
            hold_span(c, m->context.span);
        for (const struct diag_also *also = m->also; also; also = also->next)
            hold_span(c, also->span);
        for (const struct diag_fix *fix = m->fixes; fix; fix = fix->next)
            hold_span(c, fix->span);
    }
}

static void hold_outputs(const struct compilation *c, enum compile_status status, bool convert)
{
    size_t expected = c->program.hosts.n && !convert ? c->program.hosts.n : 1;
    bool nothing = !c->program.items.n && !c->program.hosts.n;
    if (status != COMPILE_FINE || (nothing && !convert && !c->outputs.n))
        expected = 0;
    fuzz_hold(c->outputs.n == expected);
    fuzz_hold((status == COMPILE_FINE) == (c->diags.n_errors == 0));
}

/* What people and tools are shown.  */
static struct str messages(struct compilation *c)
{
    struct buf out = { .arena = &c->arena };
    diags_print_text(&c->diags, &out, 0, false);
    diags_print_gcc(&c->diags, &out, 0);
    diags_print_json(&c->diags, buf_str(&c->tables), &out);
    return buf_str(&out);
}

static void hold_same(struct compilation *a, struct compilation *b)
{
    fuzz_hold(a->outputs.n == b->outputs.n);
    for (size_t i = 0; i < a->outputs.n; i++) {
        fuzz_hold(str_eq(a->outputs.v[i].host, b->outputs.v[i].host));
        fuzz_hold(str_eq(compile_text(a, i), compile_text(b, i)));
    }
}

static enum compile_status run(struct compilation *c, const struct options *o, struct world *world,
                               enum compile_goal goal)
{
    struct io io = { world, read_input, find_files, environment, NULL };
    enum compile_status status = compile(c, o, &io, goal);
    fuzz_hold(status == COMPILE_FINE || status == COMPILE_ERRORS || status == COMPILE_NO_MEMORY);
    return status;
}

/* One host by itself is what it is among the others.  */
static void hold_host(struct compilation *all, struct options options, struct world *world,
                      size_t i)
{
    struct compilation one;
    options.host = all->outputs.v[i].host;
    if (run(&one, &options, world, COMPILE_BUILD) != COMPILE_NO_MEMORY) {
        fuzz_hold(one.outputs.n == 1);
        fuzz_hold(str_eq(compile_text(&one, 0), compile_text(all, i)));
    }
    compile_free(&one);
}

/* Tables are made whatever is wrong, of whole lines and without a secret.  */
static void hold_tables(struct options options, struct world *world, struct str text, bool json)
{
    struct compilation c;
    options.relay = options.dkim = true;
    options.json = json;
    run(&c, &options, world, COMPILE_TABLES);
    struct str tables = buf_str(&c.tables);
    fuzz_hold(!tables.n || tables.p[tables.n - 1] == (json ? '}' : '\n'));
    fuzz_hold(!holds(tables, STR("hunter2-hunter2")) || holds(text, STR("hunter2")));
    compile_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = { (const char *)data, size };
    unsigned bits = size && data[0] >= '0' && data[0] <= '9' ? DO_ROWS : 0;
    if (size && data[0] & DO_SOMETHING) {
        bits = data[0];
        text = str_sub(text, 1, size);
    }
    if (text.n > LONG_INPUT || has_long_range(text))
        return 0;
    struct compilation a, b;
    struct world world;
    struct str path = bits & DO_ROWS ? STR("input.psv") : STR("input.topo");
    make_world(&world, text, path);
    struct options options = options_of(bits, &path);
    bool convert = bits & DO_CONVERT;
    enum compile_goal goal = convert ? COMPILE_CONVERT : COMPILE_BUILD;
    enum compile_status status = run(&a, &options, &world, goal);
    fuzz_hold(run(&b, &options, &world, goal) == status);
    if (status != COMPILE_NO_MEMORY) {
        struct str shown = messages(&a);
        hold_messages(&a);
        hold_outputs(&a, status, convert);
        hold_same(&a, &b);
        fuzz_hold(str_eq(shown, messages(&b)));
        fuzz_hold(!holds(shown, STR("hunter2-hunter2")) || holds(text, STR("hunter2")));
    }
    if (status == COMPILE_FINE && !convert && a.program.hosts.n && a.outputs.n)
        hold_host(&a, options, &world, a.outputs.n - 1);
    compile_free(&a);
    compile_free(&b);
    hold_tables(options, &world, text, size % 2 == 0);
    return 0;
}
