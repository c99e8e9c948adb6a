#include <config.h>

#include "differ.h"

#include "compare.h"
#include "compile.h"

/* The world, and a file that is not in it.  */
struct world {
    const struct io *io;
    const char *name;
    struct str text;
};

struct differ {
    const struct opts *opts;
    const char *names[COMPARE_SIDES]; /* of the inputs, as they were given */
    struct buf *out, *talk;
    struct str paths[COMPARE_SIDES];
    struct options options[COMPARE_SIDES];
    struct compilation side[COMPARE_SIDES];
    size_t n_hosts, n_different, n_unread; /* so far */
};

/* Says what is wrong with an input.  */
static enum differ_status trouble(struct differ *d, const char *name, const char *why)
{
    buf_text(d->talk, "pmtac: ");
    diag_escape(d->talk, str_of(name));
    buf_printf(d->talk, ": %s\n", why);
    return DIFFER_TROUBLE;
}

static void put_errors(struct differ *d, struct compilation *c)
{
    diags_keep_errors(&c->diags);
    diags_print_text(&c->diags, d->talk, d->opts->max_errors, d->opts->color);
}

/* Reads one input.  Of its messages only errors matter here.  */
static bool read_side(struct differ *d, int side, const struct io *io)
{
    struct options *o = &d->options[side];
    struct compilation *c = &d->side[side];
    d->paths[side] = str_of(d->names[side]);
    o->inputs.v = &d->paths[side];
    o->inputs.n = o->inputs.cap = 1;
    o->compare = o->secrets = true;
    switch (compile(c, o, io, COMPILE_COMPARE)) {
    case COMPILE_FINE:
        return true;
    case COMPILE_ERRORS:
    case COMPILE_BROKEN:
        break;
    case COMPILE_NO_MEMORY:
        trouble(d, d->names[side], "out of memory");
        return false;
    case COMPILE_BUG:
        trouble(d, d->names[side], "internal error");
        return false;
    }
    if (setjmp(c->handler))
        trouble(d, d->names[side], "out of memory");
    else
        put_errors(d, c);
    return false;
}

static void begin_host(struct differ *d)
{
    if (d->opts->format == MESSAGES_JSON) {
        buf_text(d->out, d->n_hosts++ ? ",\n" : "\n");
    } else if (!d->n_hosts++) {
        buf_text(d->out, "--- ");
        diag_escape(d->out, str_of(d->names[0]));
        buf_text(d->out, "\n+++ ");
        diag_escape(d->out, str_of(d->names[1]));
        buf_char(d->out, '\n');
    }
}

/* A host that the other side does not have.  */
static void put_only(struct differ *d, int side, struct str host)
{
    begin_host(d);
    d->n_different++;
    if (d->opts->format == MESSAGES_JSON) {
        buf_text(d->out, "    {\"host\": ");
        diag_json_string(d->out, host);
        buf_printf(d->out, ", \"only\": \"%c\", \"unread\": 0, \"differences\": []}",
                   side ? 'b' : 'a');
    } else {
        buf_printf(d->out, "\n%c host %.*s\n", side ? '+' : '-', STR_ARG(host));
    }
}

/* Compares output 'a' of the first input with 'b' of the second.  */
static bool compare_outputs(struct differ *d, size_t a, size_t b)
{
    struct facts facts[COMPARE_SIDES];
    struct comparison c;
    struct compare_side sides[COMPARE_SIDES];
    size_t output[COMPARE_SIDES] = { a, b };
    for (int i = 0; i < COMPARE_SIDES; i++) {
        sides[i] = (struct compare_side){ &d->side[i].diags };
        if (compile_facts(&d->side[i], output[i], &facts[i]) != COMPILE_FINE)
            return false;
    }
    compare(&c, &d->side[0].arena, &facts[0], &facts[1]);
    struct str host = d->side[0].outputs.v[a].host;
    d->n_unread += c.n_unread;
    d->n_different += c.list.n > 0;
    if (d->opts->format == MESSAGES_JSON) {
        begin_host(d);
        compare_print_json(&c, sides, host, d->out);
    } else if (c.list.n) {
        begin_host(d);
        compare_print(&c, sides, host, d->out);
    }
    return true;
}

/* The output of 'host', or the number of outputs.  */
static size_t output_of(const struct compilation *c, struct str host)
{
    size_t i = 0;
    while (i < c->outputs.n && !str_ieq(c->outputs.v[i].host, host))
        i++;
    return i;
}

static bool compare_hosts(struct differ *d)
{
    struct compilation *a = &d->side[0], *b = &d->side[1];
    if (a->outputs.n == 1 && b->outputs.n == 1)
        return compare_outputs(d, 0, 0);
    for (size_t i = 0; i < a->outputs.n; i++) {
        size_t k = output_of(b, a->outputs.v[i].host);
        if (k == b->outputs.n)
            put_only(d, 0, a->outputs.v[i].host);
        else if (!compare_outputs(d, i, k))
            return false;
    }
    for (size_t k = 0; k < b->outputs.n; k++)
        if (output_of(a, b->outputs.v[k].host) == a->outputs.n)
            put_only(d, 1, b->outputs.v[k].host);
    return true;
}

/* Hosts can be told apart, and there are some.  */
static bool can_pair(struct differ *d)
{
    for (int i = 0; i < COMPARE_SIDES; i++) {
        const struct compilation *c = &d->side[i];
        if (!c->outputs.n) {
            trouble(d, d->names[i],
                    c->program.hosts.n ? "no host has the name given with --host"
                                       : "nothing is declared here");
            return false;
        }
        if (c->outputs.n > 1 && !d->side[!i].program.hosts.n) {
            trouble(d, d->names[i],
                    "it has hosts, and the other input has none: pick one of "
                    "them with --host");
            return false;
        }
    }
    return true;
}

static void put_document(struct differ *d, struct str hosts)
{
    buf_text(d->out, "{\n  \"version\": 1,\n  \"a\": ");
    diag_json_string(d->out, str_of(d->names[0]));
    buf_text(d->out, ",\n  \"b\": ");
    diag_json_string(d->out, str_of(d->names[1]));
    buf_printf(d->out, ",\n  \"equal\": %s,\n  \"hosts\": [", d->n_different ? "false" : "true");
    buf_put(d->out, hosts);
    buf_text(d->out, "\n  ]\n}\n");
}

static enum differ_status work(struct differ *d)
{
    struct buf *out = d->out, hosts = { .arena = out->arena };
    if (!can_pair(d))
        return DIFFER_TROUBLE;
    if (d->opts->format == MESSAGES_JSON)
        d->out = &hosts;
    if (!compare_hosts(d))
        return trouble(d, d->names[0], "out of memory");
    d->out = out;
    if (d->opts->format == MESSAGES_JSON)
        put_document(d, buf_str(&hosts));
    if (d->n_unread)
        buf_printf(d->talk, "pmtac: %zu secret%s not compared: %s not known here\n", d->n_unread,
                   d->n_unread > 1 ? "s were" : " was", d->n_unread > 1 ? "they are" : "it is");
    return d->n_different ? DIFFER_DIFFERENT : DIFFER_SAME;
}

/* Comparing needs memory too, and the library's handlers are behind us.  */
static enum differ_status guarded_work(struct differ *d)
{
    if (setjmp(d->side[0].handler) || setjmp(d->side[1].handler))
        return trouble(d, d->names[0], "out of memory");
    return work(d);
}

static enum differ_status read_and_compare(struct differ *d, const struct io *io)
{
    bool first = read_side(d, 0, io), second = read_side(d, 1, io);
    enum differ_status status = first && second ? guarded_work(d) : DIFFER_TROUBLE;
    compile_free(&d->side[0]);
    compile_free(&d->side[1]);
    return status;
}

enum differ_status differ(const struct opts *o, const struct io *io, struct buf *out,
                          struct buf *talk)
{
    struct differ *d = NEW(out->arena, struct differ);
    *d = (struct differ){ .opts = o, .out = out, .talk = talk };
    for (int i = 0; i < COMPARE_SIDES; i++) {
        d->names[i] = o->options.inputs.v[i].p;
        d->options[i] = o->options;
    }
    return read_and_compare(d, io);
}

static int read_world(void *context, struct arena *arena, const char *path, size_t limit,
                      struct str *text, struct io_identity *identity, const char **why)
{
    const struct world *w = context;
    if (strcmp(path, w->name) != 0)
        return w->io->read(w->io->context, arena, path, limit, text, identity, why);
    char *p = arena_alloc(arena, w->text.n + 2);
    for (size_t i = 0; i < w->text.n; i++)
        p[i] = w->text.p[i];
    p[w->text.n] = p[w->text.n + 1] = '\0';
    *text = (struct str){ p, w->text.n };
    *identity = (struct io_identity){ 0, 0 };
    return 0;
}

static size_t glob_world(void *context, struct arena *arena, const char *pattern,
                         struct str **paths)
{
    const struct world *w = context;
    return w->io->glob(w->io->context, arena, pattern, paths);
}

static const char *ask_world(void *context, const char *name)
{
    const struct world *w = context;
    return w->io->environment(w->io->context, name);
}

enum differ_status differ_text(const struct opts *o, const struct io *io, const char *name,
                               struct str text, struct buf *out, struct buf *talk)
{
    struct differ *d = NEW(out->arena, struct differ);
    struct world world = { io, name, text };
    struct io both = { &world, read_world, glob_world, ask_world, NULL };
    *d = (struct differ){ .opts = o, .out = out, .talk = talk };
    d->names[0] = o->options.inputs.v[0].p;
    d->names[1] = name;
    d->options[0] = d->options[1] = o->options;
    d->options[1].format = FORMAT_TOPOLOGY;
    return read_and_compare(d, &both);
}
