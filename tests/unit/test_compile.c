/* test_compile.c - the library from outside: inputs from memory, outputs, messages, and that two
   compilations have nothing in common.  */

#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "compile.h"
#include "unit.h"

struct entry {
    const char *path, *text;
};

/* Files by path and one variable of the environment; the last entry has no path.  */
static int read_entry(void *context, struct arena *arena, const char *path, size_t limit,
                      struct str *text, struct io_identity *identity, const char **why)
{
    for (const struct entry *e = context; e->path; e++) {
        if (strcmp(path, e->path) != 0)
            continue;
        size_t n = strlen(e->text);
        ck_assert_uint_le(n, limit);
        char *p = arena_alloc(arena, n + 2);
        memcpy(p, e->text, n);
        p[n] = p[n + 1] = '\0';
        *text = (struct str){ p, n };
        *identity = (struct io_identity){ 0, 0 };
        return 0;
    }
    *why = "is not there";
    return ENOENT;
}

static size_t glob_entries(void *context, struct arena *arena, const char *pattern,
                           struct str **paths)
{
    VEC(struct str) found = { 0 };
    struct str start = str_sub(str_of(pattern), 0, str_find(str_of(pattern), '*'));
    for (const struct entry *e = context; e->path; e++)
        if (str_starts(str_of(e->path), start))
            VEC_PUSH(arena, &found, str_of(e->path));
    *paths = found.v;
    return found.n;
}

static const char *environment(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "PASSWORD") == 0 ? "correct-horse" : NULL;
}

static const char topology[] = "powermta 5.0\n"
                               "postmaster postmaster@acme.example\n"
                               "listener feed 127.0.0.1:2525 {\n"
                               "    tls none\n"
                               "    auth none\n"
                               "    allow 127.0.0.1\n"
                               "    via all\n"
                               "}\n"
                               "vmta tx{1..3} {\n"
                               "    source 198.51.100.{11..13} mta{1..3}.acme.example\n"
                               "}\n"
                               "pool all { tx{1..3} }\n";

static const char rows[] =
    "192.0.2.11|s1|acme.example|mta1.acme.example|app@acme.example|staple-battery\n"
    "192.0.2.12|s2|acme.example|mta2.acme.example|news@acme.example|horse-correct\n";

static const struct entry files[] = {
    { "main.topo", topology },
    { "rows.psv", rows },
    { "broken.topo", "vmta {\n  nonsense\n}\nvmta a { via nobody }\n" },
    { "warning.topo", "powermta 5.0\n"
                      "listener in 127.0.0.1:2525 { tls none; auth none; allow 127.0.0.1 }\n" },
    { "empty.topo", "" },
    { "include.topo", "include parts/*.topo\n" },
    { "parts/a.topo", topology },
    { "cycle.topo", "include cycle.topo\n" },
    { "hosts.topo", "powermta 5.0\n"
                    "listener in 127.0.0.1:2525 { tls none; auth none; allow 127.0.0.1; via x }\n"
                    "host a { postmaster a@acme.example\n"
                    "    vmta x { source 198.51.100.1 a.acme.example } }\n"
                    "host b { postmaster b@acme.example\n"
                    "    vmta x { source 198.51.100.2 b.acme.example } }\n" },
    { "secret.topo", "powermta 5.0\n"
                     "postmaster postmaster@acme.example\n"
                     "listener in 203.0.113.4:587 { tls required edge; auth required }\n"
                     "tls edge { certificate /etc/edge.pem }\n"
                     "user app { password env:PASSWORD }\n" },
    /* What can only be said of the output, by each host and by one of them.  */
    { "unwritable.topo", "powermta 4.5\n"
                         "listener in 127.0.0.1:2525 { allow 127.0.0.1; via x }\n"
                         "host a { postmaster a@acme.example }\n"
                         "host b { postmaster \"b#c@acme.example\" }\n"
                         "host c { acct-file \"/var/log/a>b.csv\" { records d } }\n"
                         "vmta x { source 198.51.100.1 x.acme.example\n"
                         "    domain * { smtp-tls-ca-file \"/etc/a#b.pem\" } }\n" },
    { "unproven.topo", "powermta 4.5\n"
                       "host a { postmaster a@acme.example }\n"
                       "host b { postmaster b@acme.example }\n"
                       "listener in [::1]:2525 { allow ::1; via x }\n"
                       "vmta x { source 198.51.100.1 x.acme.example\n"
                       "    domain * { tls dane } }\n" },
    { NULL, NULL },
};

static const struct io memory = { .context = (void *)(uintptr_t)files,
                                  .read = read_entry,
                                  .glob = glob_entries,
                                  .environment = environment };

static struct str paths[2];
static unsigned char seed;

/* Options for one input.  */
static struct options input(const char *path)
{
    struct options o = { .secrets = true };
    paths[0] = str_of(path);
    o.inputs.v = paths;
    o.inputs.n = 1;
    return o;
}

static enum compile_status build(struct compilation *c, const struct options *o)
{
    enum compile_status status = compile(c, o, &memory, COMPILE_BUILD);
    if (status != COMPILE_FINE)
        ck_assert_uint_eq(c->outputs.n, 0);
    return status;
}

static bool holds(struct str text, const char *part)
{
    for (size_t i = 0; i < text.n; i++)
        if (str_starts(str_sub(text, i, SIZE_MAX), str_of(part)))
            return true;
    return false;
}

/* All messages in all forms.  */
static struct str messages(struct compilation *c)
{
    struct buf out = { .arena = &c->arena };
    diags_print_text(&c->diags, &out, 0, true);
    diags_print_gcc(&c->diags, &out, 0);
    diags_print_json(&c->diags, STR(""), &out);
    return buf_str(&out);
}

START_TEST(a_topology)
{
    struct compilation c;
    struct options o = input("main.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert_uint_eq(c.outputs.n, 1);
    ck_assert_uint_eq(c.outputs.v[0].host.n, 0);
    ck_assert(str_starts(compile_text(&c, 0), STR("# Generated by pmtac ")));
    ck_assert(holds(compile_text(&c, 0), "<virtual-mta tx3>\n"));
    ck_assert(holds(compile_text(&c, 0), "<virtual-mta-pool all>\n"));
    compile_free(&c);
}
END_TEST

START_TEST(legacy_rows)
{
    struct compilation c;
    struct options o = input("rows.psv");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert_uint_eq(c.outputs.n, 1);
    ck_assert(holds(compile_text(&c, 0), "password staple-battery\n"));
    ck_assert(!holds(messages(&c), "staple-battery"));
    compile_free(&c);
}
END_TEST

START_TEST(includes)
{
    struct compilation c;
    struct options o = input("include.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert_uint_eq(c.sources.list.n, 2);
    compile_free(&c);
    o = input("cycle.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_ERRORS);
    ck_assert_int_eq(c.diags.list.v[0]->check, CHECK_include_cycle);
    compile_free(&c);
}
END_TEST

START_TEST(hosts)
{
    struct compilation c;
    struct options o = input("hosts.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert_uint_eq(c.outputs.n, 2);
    ck_assert(str_eq(c.outputs.v[0].host, STR("a")));
    ck_assert(str_eq(c.outputs.v[1].host, STR("b")));
    ck_assert(holds(compile_text(&c, 1), "198.51.100.2"));
    ck_assert(!holds(compile_text(&c, 1), "198.51.100.1"));
    compile_free(&c);
    o.host = STR("b");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert_uint_eq(c.outputs.n, 1);
    compile_free(&c);
}
END_TEST

START_TEST(goals)
{
    struct compilation c;
    struct options o = input("main.topo");
    ck_assert_int_eq(compile(&c, &o, &memory, COMPILE_CHECK), COMPILE_FINE);
    ck_assert_uint_eq(c.outputs.n, 0);
    compile_free(&c);
    o = input("rows.psv");
    ck_assert_int_eq(compile(&c, &o, &memory, COMPILE_CONVERT), COMPILE_FINE);
    ck_assert_uint_eq(c.outputs.n, 1);
    ck_assert(holds(compile_text(&c, 0), "vmta "));
    compile_free(&c);
}
END_TEST

START_TEST(statuses)
{
    struct compilation c;
    struct options o = input("broken.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_ERRORS);
    ck_assert_uint_gt(c.diags.n_errors, 0);
    for (size_t i = 1; i < c.diags.list.n; i++)
        ck_assert_uint_le(c.diags.list.v[i - 1]->span.lo, c.diags.list.v[i]->span.lo);
    compile_free(&c);
    o = input("gone.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_BROKEN);
    ck_assert_uint_eq(c.diags.list.v[0]->span.hi, 0);
    compile_free(&c);
    o = input("warning.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert_uint_gt(c.diags.n_warnings, 0);
    ck_assert_uint_eq(c.outputs.n, 1);
    compile_free(&c);
    o = input("empty.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert_uint_eq(c.diags.list.n, 1);
    compile_free(&c);
}
END_TEST

START_TEST(secrets)
{
    struct compilation c;
    struct options o = input("secret.topo");
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert(holds(compile_text(&c, 0), "password correct-horse\n"));
    ck_assert(!holds(messages(&c), "correct-horse"));
    compile_free(&c);
    o.redact = true;
    ck_assert_int_eq(build(&c, &o), COMPILE_FINE);
    ck_assert(!holds(compile_text(&c, 0), "correct-horse"));
    compile_free(&c);
}
END_TEST

START_TEST(twice_the_same)
{
    for (const struct entry *e = files; e->path; e++) {
        struct compilation a, b;
        struct options o = input(e->path);
        ck_assert_int_eq(build(&a, &o), build(&b, &o));
        ck_assert_uint_eq(a.outputs.n, b.outputs.n);
        for (size_t i = 0; i < a.outputs.n; i++)
            ck_assert(str_eq(compile_text(&a, i), compile_text(&b, i)));
        ck_assert(str_eq(messages(&a), messages(&b)));
        compile_free(&a);
        compile_free(&b);
    }
}
END_TEST

/* Compiles in two halves and prints output 'i' as often as bits 2i and 2i + 1 of 'times' say,
   before all is said.  */
static enum compile_status halves(struct compilation *c, const struct options *o, unsigned times)
{
    VEC(struct str) texts = { 0 };
    enum compile_status status = compile_start(c, o, &memory, COMPILE_BUILD);
    for (size_t i = 0; status == COMPILE_FINE && i < c->outputs.n; i++)
        for (unsigned n = times >> 2 * i & 3; n; n--)
            VEC_PUSH(&c->arena, &texts, compile_text(c, i));
    status = compile_finish(c);
    for (size_t i = 0, k = 0; status == COMPILE_FINE && i < c->outputs.n; i++)
        for (unsigned n = times >> 2 * i & 3; n; n--)
            ck_assert(str_eq(texts.v[k++], compile_text(c, i)));
    return status;
}

/* Whatever is printed before all is said: what is said, and printed in the end, is the same.  */
START_TEST(in_two_halves)
{
    for (const struct entry *e = files; e->path; e++)
        for (unsigned times = 0; times < 64; times++) {
            struct compilation whole, parts;
            struct options o = input(e->path);
            if (times >= 48)
                o.host = STR("b");
            enum compile_status status = build(&whole, &o);
            ck_assert_int_eq(halves(&parts, &o, times), status);
            ck_assert_uint_eq(parts.outputs.n, whole.outputs.n);
            for (size_t i = 0; i < whole.outputs.n; i++)
                ck_assert(str_eq(compile_text(&parts, i), compile_text(&whole, i)));
            ck_assert_msg(str_eq(messages(&parts), messages(&whole)), "%s, %u", e->path, times);
            compile_free(&parts);
            compile_free(&whole);
        }
}
END_TEST

/* Each with its own inputs, options and troubles; what one has made outlives the other.  */
START_TEST(two_at_once)
{
    struct compilation good, bad, rows_too, alone;
    struct options o = input("main.topo"), other = { .annotate = true, .fragment = true };
    struct str other_path[] = { STR_INIT("broken.topo") }, rows_path[] = { STR_INIT("rows.psv") };
    other.inputs.v = other_path;
    other.inputs.n = 1;
    ck_assert_int_eq(build(&alone, &o), COMPILE_FINE);
    ck_assert_int_eq(build(&good, &o), COMPILE_FINE);
    ck_assert_int_eq(build(&bad, &other), COMPILE_ERRORS);
    struct str before = messages(&bad);
    other.inputs.v = rows_path;
    ck_assert_int_eq(build(&rows_too, &other), COMPILE_FINE);
    ck_assert(str_eq(messages(&bad), before));
    compile_free(&rows_too);
    compile_free(&bad);
    ck_assert(str_eq(compile_text(&good, 0), compile_text(&alone, 0)));
    ck_assert(str_eq(messages(&good), messages(&alone)));
    compile_free(&good);
    compile_free(&alone);
}
END_TEST

START_TEST(a_world_without_files)
{
    struct compilation c;
    struct options o = input("main.topo");
    ck_assert_int_eq(compile(&c, &o, &io_nothing, COMPILE_BUILD), COMPILE_BROKEN);
    ck_assert_uint_eq(c.outputs.n, 0);
    ck_assert_uint_eq(c.diags.n_errors, 1);
    ck_assert(messages(&c).n > 0);
    compile_free(&c);
    compile_free(&c);
}
END_TEST

START_TEST(without_inputs)
{
    struct compilation c;
    struct options o = { 0 };
    ck_assert_int_eq(compile(&c, &o, &memory, COMPILE_BUILD), COMPILE_FINE);
    ck_assert_uint_eq(c.outputs.n, 0);
    ck_assert_uint_eq(c.diags.list.n, 1);
    ck_assert(messages(&c).n > 0);
    compile_free(&c);
}
END_TEST

/* A seed that the test sets.  */
static void random_bytes(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, seed, size);
}

/* No result depends on a hash.  */
START_TEST(seeds)
{
    struct io io = memory;
    io.random = random_bytes;
    for (size_t i = 0; files[i].path; i++) {
        struct compilation a, b;
        struct options o = input(files[i].path);
        compile(&a, &o, &memory, COMPILE_BUILD);
        for (seed = 0; seed < 40; seed++) {
            enum compile_status status = compile(&b, &o, &io, COMPILE_BUILD);
            ck_assert_uint_eq(b.outputs.n, a.outputs.n);
            for (size_t k = 0; status == COMPILE_FINE && k < a.outputs.n; k++)
                ck_assert(str_eq(compile_text(&b, k), compile_text(&a, k)));
            ck_assert(str_eq(messages(&b), messages(&a)));
            compile_free(&b);
        }
        compile_free(&a);
    }
}
END_TEST

START_TEST(defines)
{
    struct compilation c;
    struct entry entries[] = { { "a.topo", "powermta 5.0\npostmaster ${who}@acme.example\n"
                                           "vmta a { source 198.51.100.1 a.acme.example }\n" },
                               { NULL, NULL } };
    struct io io = memory;
    struct define define = { STR_INIT("who"), STR_INIT("root") };
    struct options o = input("a.topo");
    io.context = entries;
    ck_assert_int_eq(compile(&c, &o, &io, COMPILE_BUILD), COMPILE_ERRORS);
    compile_free(&c);
    o.fragment = true;
    o.defines.v = &define;
    o.defines.n = 1;
    ck_assert_int_eq(compile(&c, &o, &io, COMPILE_BUILD), COMPILE_FINE);
    ck_assert(holds(compile_text(&c, 0), "postmaster root@acme.example\n"));
    compile_free(&c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compile");
    TCase *all = tcase_create("compile");
    tcase_add_test(all, a_topology);
    tcase_add_test(all, legacy_rows);
    tcase_add_test(all, includes);
    tcase_add_test(all, hosts);
    tcase_add_test(all, goals);
    tcase_add_test(all, statuses);
    tcase_add_test(all, secrets);
    tcase_add_test(all, twice_the_same);
    tcase_add_test(all, in_two_halves);
    tcase_add_test(all, two_at_once);
    tcase_add_test(all, a_world_without_files);
    tcase_add_test(all, without_inputs);
    tcase_add_test(all, seeds);
    tcase_add_test(all, defines);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
