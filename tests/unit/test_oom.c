/* test_oom.c - memory that runs out, at every place of a compilation where it can.

   The arena is the one source of memory, so it is compiled in here under other names, and what
   takes its place counts and fails.  */

#include <config.h>

#define arena_alloc_slow plain_alloc_slow
#define arena_zalloc plain_zalloc
#define arena_grow plain_grow
#define arena_more plain_more
#define arena_str plain_str
#define arena_vprintf plain_vprintf
#include "../../src/arena.c"
#undef arena_alloc_slow
#undef arena_zalloc
#undef arena_grow
#undef arena_more
#undef arena_str
#undef arena_vprintf

#include "compile.h"
#include "unit.h"

void *arena_alloc_slow(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t n, size_t size);
void *arena_grow(struct arena *arena, void *p, size_t old_size, size_t new_size);
void *arena_more(struct arena *arena, void *p, size_t *cap, size_t size);
struct str arena_str(struct arena *arena, struct str s);
struct str arena_vprintf(struct arena *arena, const char *format, va_list args) PRINTF(2, 0);

/* Requests that are still granted.  */
static size_t granted;

/* Opens the newest chunk, which is shut between requests so that all of them come here.  */
static void request(struct arena *arena)
{
    if (!granted)
        no_memory(arena);
    granted--;
    if (arena->chunks)
        arena->end = arena->chunks->data + (arena->chunks->next ? CHUNK : FIRST_CHUNK);
}

static void *shut(struct arena *arena, void *p)
{
    arena->end = arena->at;
    return p;
}

void *arena_alloc_slow(struct arena *arena, size_t size)
{
    request(arena);
    return shut(arena, arena_alloc(arena, size));
}

void *arena_zalloc(struct arena *arena, size_t n, size_t size)
{
    request(arena);
    return shut(arena, plain_zalloc(arena, n, size));
}

void *arena_grow(struct arena *arena, void *p, size_t old_size, size_t new_size)
{
    request(arena);
    return shut(arena, plain_grow(arena, p, old_size, new_size));
}

void *arena_more(struct arena *arena, void *p, size_t *cap, size_t size)
{
    request(arena);
    return shut(arena, plain_more(arena, p, cap, size));
}

struct str arena_str(struct arena *arena, struct str s)
{
    request(arena);
    struct str copy = plain_str(arena, s);
    shut(arena, NULL);
    return copy;
}

struct str arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    request(arena);
    struct str text = plain_vprintf(arena, format, args);
    shut(arena, NULL);
    return text;
}

/* One text in memory, whatever its name.  */
static int read_text(void *context, struct arena *arena, const char *path, size_t limit,
                     struct str *text, struct io_identity *identity, const char **why)
{
    const char *s = context;
    size_t n = strlen(s);
    char *p = arena_alloc(arena, n + 2);
    (void)path, (void)limit;
    memcpy(p, s, n);
    p[n] = p[n + 1] = '\0';
    *text = (struct str){ p, n };
    *identity = (struct io_identity){ 0 };
    *why = NULL;
    return 0;
}

static bool take(void *context, struct str text)
{
    *(size_t *)context += text.n;
    return true;
}

static bool refuse(void *context, struct str text)
{
    (void)context, (void)text;
    return false;
}

/* Prints with 'n' requests: true where they are enough.  */
static bool sweep_print(struct compilation *c, size_t n)
{
    size_t size = 0;
    granted = n;
    enum compile_status got = compile_print(c, 0, take, &size);
    ck_assert(got == COMPILE_NO_MEMORY || (got == COMPILE_FINE && size > 100));
    return got == COMPILE_FINE;
}

/* Compiles 'text' with one request more each time, until it is enough.  */
static void sweep(const char *name, const char *text, enum compile_goal goal,
                  enum compile_status status)
{
    struct io io = io_nothing;
    struct str input = str_of(name);
    struct options options = { .secrets = true };
    options.inputs.v = &input;
    options.inputs.n = options.inputs.cap = 1;
    io.context = (void *)(uintptr_t)text;
    io.read = read_text;
    for (size_t n = 0;; n++) {
        static struct compilation c;
        granted = n;
        enum compile_status got = compile(&c, &options, &io, goal);
        if (got != COMPILE_NO_MEMORY) {
            ck_assert_int_eq(got, status);
            size_t outputs = c.program.hosts.n ? c.program.hosts.n : 1;
            ck_assert_uint_eq(c.outputs.n,
                              got == COMPILE_FINE && goal != COMPILE_CHECK ? outputs : 0);
            for (size_t k = 0; c.outputs.n && !sweep_print(&c, k); k++)
                continue;
            compile_free(&c);
            ck_assert_uint_gt(n, 50);
            return;
        }
        compile_free(&c);
    }
}

/* The same in two halves, with a print in between, which may want no more of it.  */
static void sweep_halves(const char *text, bool stops)
{
    struct io io = io_nothing;
    struct str input = STR("x.topo");
    struct options options = { .secrets = true };
    options.inputs.v = &input;
    options.inputs.n = options.inputs.cap = 1;
    io.context = (void *)(uintptr_t)text;
    io.read = read_text;
    for (size_t n = 0;; n++) {
        static struct compilation c;
        size_t size = 0;
        granted = n;
        enum compile_status got = compile_start(&c, &options, &io, COMPILE_BUILD);
        enum compile_status printed = COMPILE_FINE;
        for (size_t i = 0; got == COMPILE_FINE && i < c.outputs.n && !printed; i++)
            printed = compile_print(&c, i, stops ? refuse : take, &size);
        enum compile_status end = compile_finish(&c);
        if (got == COMPILE_NO_MEMORY || printed)
            ck_assert_int_eq(end, COMPILE_NO_MEMORY);
        compile_free(&c);
        if (end == COMPILE_FINE)
            return;
        ck_assert_int_eq(end, COMPILE_NO_MEMORY);
    }
}

static const char topology[] = "powermta 5.0\n"
                               "let net = 198.51.100\n"
                               "tls edge { certificate /etc/edge.pem }\n"
                               "dkim acme.example { selector s1 \"/etc/${net}.pem\" }\n"
                               "listener in 203.0.113.4:587 { tls required edge; auth required }\n"
                               "user app { password \"a long enough secret\"; via all }\n"
                               "vmta v{1..3} {\n"
                               "    source ${net}.{1..3} v{1..3}.acme.example # comment\n"
                               "    sign acme.example\n"
                               "    domain * { max-smtp-out 5 }\n"
                               "}\n"
                               "pool all { v{1..3} }\n";

static const char faulty[] = "listener in 203.0.113.4:587 { tls required edge; auth required\n"
                             "vmta v1 { source 300.1.1.1 v1,, ${x} \"y\n"
                             "pool all { v{1..3} } }\n"
                             "lissener x { }\n";

static const char patterns[] = "relay-address /@(a|b).example/\n"
                               "pattern-list p {\n"
                               "    mail-from /a@/ virtual-mta=v\n"
                               "    mail-from /ba@/ virtual-mta=v\n"
                               "    header X /(a/ virtual-mta=v\n"
                               "    header X /a#/ virtual-mta=v\n"
                               "}\n"
                               "smtp-pattern-list q {\n"
                               "    reply /^5/ mode=backoff\n"
                               "    reply /^5/ mode=backoff\n"
                               "}\n"
                               "domain * { smtp-pattern-list q }\n"
                               "listener in 127.0.0.1:25 { pattern-list p }\n"
                               "vmta v { source 198.51.100.1 v.acme.example }\n";

static const char rows[] =
    "203.0.113.10|s1|acme.example|mail.acme.example|app|correct-horse-battery\n"
    "203.0.113.11|198.51.100.4|s1|acme.example|mail.acme.example|v1\n"
    "203.0.113.12|s1|acme.example|mx.acme.example|v2\n";

static const char fleet[] = "host mx{1..2} { let net = 203.1.11{4..5} }\n"
                            "host mx2 { vmta own }\n"
                            "vmta own { source 203.1.1.1 own.acme.example }\n"
                            "listener in 127.0.0.1:2525 { allow 127.0.0.1; via v1 }\n"
                            "vmta v1 { source ${net}.1 v1.${host}.acme.example }\n";

static const char configuration[] = "smtp-listener 127.0.0.1:25 source=in # here\n"
                                    "<source in>\nallow-auth no\n</source>\n"
                                    "<smtp-user app>\npassword battery-staple\n</smtp-user>\n"
                                    "<virtual-mta v1>\n"
                                    "smtp-source-host 198.51.100.1 v1.acme.example\n"
                                    "domain-key s1, acme.example, /etc/s1.pem\n"
                                    "<domain *>\ndkim-sign yes\n</domain>\n"
                                    "</virtual-mta>\n";

START_TEST(hosts)
{
    sweep("x.topo", fleet, COMPILE_BUILD, COMPILE_FINE);
}
END_TEST

START_TEST(build)
{
    sweep("x.topo", topology, COMPILE_BUILD, COMPILE_FINE);
}
END_TEST

START_TEST(two_halves)
{
    sweep_halves(topology, _i);
    sweep_halves(fleet, _i);
}
END_TEST

START_TEST(errors)
{
    sweep("x.topo", faulty, COMPILE_CHECK, COMPILE_ERRORS);
    sweep("x.topo", patterns, COMPILE_CHECK, COMPILE_ERRORS);
}
END_TEST

START_TEST(convert)
{
    sweep("x.topo", topology, COMPILE_CONVERT, COMPILE_FINE);
    sweep("x.psv", rows, COMPILE_CONVERT, COMPILE_FINE);
    sweep("x.conf", configuration, COMPILE_CONVERT, COMPILE_FINE);
}
END_TEST

START_TEST(legacy)
{
    sweep("x.psv", rows, COMPILE_BUILD, COMPILE_FINE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("oom");
    TCase *all = tcase_create("oom");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, hosts);
    tcase_add_test(all, build);
    tcase_add_loop_test(all, two_halves, 0, 2);
    tcase_add_test(all, errors);
    tcase_add_test(all, convert);
    tcase_add_test(all, legacy);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
