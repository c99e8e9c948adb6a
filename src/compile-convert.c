#include <config.h>

#include "compile-convert.h"

#include "bind.h"
#include "compare.h"
#include "coverage.h"
#include "inbound.h"
#include "raise.h"
#include "relay.h"
#include "resolve.h"
#include "verify.h"

/* The world as the second compilation sees it: the topology, and the secrets that it asks for.  */
struct world {
    const struct raised *raised;
    struct map secrets; /* by the names of variables; terminated */
};

static int read_text(void *context, struct arena *arena, const char *path, size_t limit,
                     struct str *text, struct io_identity *identity, const char **why)
{
    const struct world *w = context;
    struct str from = w->raised->text;
    (void)path, (void)limit, (void)why;
    char *copy = arena_alloc(arena, from.n + 2);
    memcpy(copy, from.p, from.n);
    copy[from.n] = copy[from.n + 1] = '\0';
    *text = (struct str){ copy, from.n };
    *identity = (struct io_identity){ 0, 0 };
    return 0;
}

static size_t no_glob(void *context, struct arena *arena, const char *pattern, struct str **paths)
{
    (void)context, (void)arena, (void)pattern, (void)paths;
    return 0;
}

static const char *secret_of(void *context, const char *name)
{
    const struct world *w = context;
    const struct raise_secret *secret = w->secrets.n ? map_get(&w->secrets, str_of(name)) : NULL;
    return secret ? secret->text.p : NULL;
}

/* A configuration on its way.  */
struct conversion {
    const struct model *m;
    size_t n_read,
        n_judged; /* messages: of them those in between say what it does, not what it is */
    struct raised raised;
    place_list refuse; /* what a topology cannot say, and where that is known */
    struct map known;
    struct comparison comparison;
};

/* Without a listener, a log file and a spool it is a part of a configuration.  */
static bool is_part(const struct model *m)
{
    bool spool = line_find(&m->lines, m->target[TARGET_global_spool]) != NULL;
    for (size_t i = 0; i < m->sections.n; i++)
        spool |= m->sections.v[i]->scope == SCOPE_spool;
    return !m->listeners.n || !spool || !line_find(&m->lines, m->target[TARGET_global_log_file]);
}

static void terminate_secrets(struct compilation *c, struct raised *raised, struct world *w)
{
    w->secrets = (struct map){ .arena = &c->arena, .exact = true };
    for (size_t i = 0; i < raised->secrets.n; i++) {
        struct raise_secret *secret = &raised->secrets.v[i];
        secret->text = arena_printf(&c->arena, "%.*s", STR_ARG(secret->text));
        *map_add(&w->secrets, secret->name) = secret;
    }
}

static void compile_again(struct compilation *c, const struct model *m, struct raised *raised)
{
    struct world *world = NEW(&c->arena, struct world);
    struct io *io = NEW(&c->arena, struct io);
    struct options *options = NEW(&c->arena, struct options);
    *world = (struct world){ .raised = raised };
    terminate_secrets(c, raised, world);
    *io = (struct io){
        .context = world, .read = read_text, .glob = no_glob, .environment = secret_of
    };
    options->format = FORMAT_TOPOLOGY;
    options->secrets = true;
    options->version = m->version;
    options->fragment = is_part(m);
    VEC_PUSH(&c->arena, &options->inputs, STR("converted"));
    c->converted = NEW(&c->arena, struct compilation);
    enum compile_status status = compile(c->converted, options, io, COMPILE_MODELS);
    if (status == COMPILE_BUG)
        arena_bug(&c->arena, c->converted->arena.bug);
    if (status == COMPILE_NO_MEMORY)
        longjmp(*c->arena.handler, ARENA_NO_MEMORY);
    /* Its models are looked at here, and its own handler is behind us.  */
    c->converted->arena.handler = c->converted->scratch.handler = c->arena.handler;
}

/* What is wrong with the configuration itself is for 'check' to tell; here it is only known.  */
static void read_model(struct compilation *c, struct diags *quiet, struct conversion *v)
{
    struct map names = { .arena = &c->arena };
    diags_init(quiet, &c->arena, &c->sources);
    quiet->raw = true;
    quiet->secret_words.v = c->diags.secret_words.v;
    quiet->secret_words.n = c->diags.secret_words.n;
    c->program.diags = quiet;
    struct model *m = bind(&c->program, NULL);
    resolve(&c->program, m, &names);
    v->m = m;
    v->n_read = quiet->list.n;
    inbound(m);
    relay(m, NULL);
    coverage(m);
    verify(m, true);
    v->n_judged = quiet->list.n;
    c->program.diags = &c->diags;
    for (size_t i = 0; i < quiet->secrets.n; i++)
        diag_secret(&c->diags, quiet->secrets.v[i]);
}

static bool is_refused(const struct raised *raised, struct span span)
{
    for (size_t i = 0; i < raised->refused.n; i++)
        if (raised->refused.v[i].lo <= span.lo && span.lo < raised->refused.v[i].hi)
            return true;
    return false;
}

/* Message 'i' tells why a statement is left out.  */
static bool is_reason(const struct conversion *v, size_t i)
{
    return v->m->diags->list.v[i]->level >= LEVEL_WARNING && (i < v->n_read || i >= v->n_judged);
}

/* What stands as a comment, and why.  */
static void report_refused(struct compilation *c, const struct conversion *v)
{
    const struct diags *quiet = v->m->diags;
    for (size_t i = 0; i < quiet->list.n; i++) {
        const struct diag *m = quiet->list.v[i];
        if (!is_reason(v, i) || !is_refused(&v->raised, m->span))
            continue;
        struct diag *copy =
            diag_at(&c->diags, m->check, LEVEL_WARNING, m->span, "%.*s", STR_ARG(m->text));
        if (m->help.n)
            diag_help(&c->diags, copy, "%.*s", STR_ARG(m->help));
    }
    if (v->raised.refused.n)
        buf_printf(&c->remarks, "pmtac: left out, and comments now: %zu line%s\n",
                   v->raised.refused.n, v->raised.refused.n == 1 ? "" : "s");
}

/* The configuration has that fault too; PowerMTA may live with it.  */
static bool has_fault(const struct diags *d, enum check check)
{
    for (size_t i = 0; i < d->list.n; i++)
        if (d->list.v[i]->check == check && d->list.v[i]->level >= LEVEL_WARNING)
            return true;
    return false;
}

/* Errors of the topology: those that say that it is none, as opposed to those about what the
   configuration does, and to its own.  */
static bool is_faulty(const struct compilation *c, const struct diags *own, struct buf *out)
{
    bool faulty = false;
    for (size_t i = 0; i < c->diags.list.n; i++) {
        const struct diag *m = c->diags.list.v[i];
        if (m->level != LEVEL_ERROR || check_row(m->check)->lowered != LOWERED_NEVER ||
            has_fault(own, m->check))
            continue;
        buf_printf(out, "! %.*s [%s]\n", STR_ARG(m->text), check_row(m->check)->name);
        faulty = true;
    }
    return faulty;
}

static void tell_secrets(struct compilation *c, const struct raised *raised)
{
    if (!raised->secrets.n)
        return;
    buf_text(&c->remarks, "pmtac: to be set in the environment before it is built:\n");
    for (size_t i = 0; i < raised->secrets.n; i++) {
        const struct raise_secret *s = &raised->secrets.v[i];
        buf_printf(&c->remarks, "    %.*s  # ", STR_ARG(s->name));
        diag_escape(&c->remarks, s->owner);
        buf_char(&c->remarks, '\n');
    }
}

/* What keeps the topology from being built as it is, each check once.  */
static void tell_errors(struct compilation *c)
{
    const struct diags *d = &c->converted->diags;
    bool told[N_CHECKS] = { false };
    bool first = true;
    for (size_t i = 0; i < d->list.n; i++) {
        const struct check_row *row = check_row(d->list.v[i]->check);
        if (d->list.v[i]->level != LEVEL_ERROR || told[d->list.v[i]->check])
            continue;
        told[d->list.v[i]->check] = true;
        buf_text(&c->remarks, first ? "pmtac: it does not build until these are mended:\n" : "");
        buf_printf(&c->remarks, "    %s: %s", row->name, row->about);
        if (row->lowered != LOWERED_NEVER)
            buf_printf(&c->remarks, "; or build with -W no-error=%s", row->name);
        buf_char(&c->remarks, '\n');
        first = false;
    }
}

static void tell_part(struct compilation *c, const struct model *m)
{
    if (is_part(m))
        buf_text(&c->remarks,
                 "pmtac: this is a part of a configuration: build it with --fragment\n");
}

/* What the configuration says, without what stands as a comment now, against what the topology
   comes to.  */
static void compare_both(struct compilation *c, struct conversion *v)
{
    struct compilation *k = c->converted;
    struct facts *facts = NEW_ARRAY(&c->arena, struct facts, COMPARE_SIDES);
    place_list without = { 0 };
    for (size_t i = 0; i < v->raised.refused.n; i++)
        VEC_PUSH(&c->arena, &without, v->raised.refused.v[i].lo);
    places_sort(&without);
    facts_make(&facts[0], &c->arena, &c->scratch, &c->program, v->m, &without);
    facts_make(&facts[1], &k->arena, &k->scratch, &k->program, k->outputs.v[0].model, NULL);
    compare(&v->comparison, &c->arena, &facts[0], &facts[1]);
}

/* The statement of the topology that the message is about, as it was read; 'hi' 0: there is none.
 */
static struct raise_place place_of(const struct conversion *v, const struct compilation *k,
                                   const struct diag *m)
{
    const struct source *source = source_of(&k->sources, m->span.lo);
    size_t at = source ? m->span.lo - source->base : 0, a = 0, b = v->raised.places.n;
    while (a < b) {
        size_t middle = a + (b - a) / 2;
        if (v->raised.places.v[middle].at <= at)
            a = middle + 1;
        else
            b = middle;
    }
    return a ? v->raised.places.v[a - 1] : (struct raise_place){ 0 };
}

static bool lies_in(struct span span, const struct raise_place *place)
{
    return place->lo <= span.lo && span.lo < place->hi;
}

/* Where all was read that the topology's configuration does not have, sorted.  */
static place_list find_lost(struct compilation *c, const struct conversion *v)
{
    place_list lost = { 0 };
    for (size_t i = 0; i < v->comparison.list.n; i++) {
        const struct difference *d = &v->comparison.list.v[i];
        if (!d->section[1])
            VEC_PUSH(&c->arena, &lost, d->section[0]->span.lo);
        for (size_t k = 0; k < d->n[0]; k++)
            VEC_PUSH(&c->arena, &lost, d->facts[0][k]->span.lo);
    }
    places_sort(&lost);
    return lost;
}

static bool is_told(const struct conversion *v, enum check check, const struct raise_place *place)
{
    for (size_t i = 0; i < v->m->diags->list.n; i++)
        if (v->m->diags->list.v[i]->check == check && is_reason(v, i) &&
            lies_in(v->m->diags->list.v[i]->span, place))
            return true;
    return false;
}

/* Entered among those that are refused; false where it is there already.  */
static bool refuse(struct compilation *c, struct conversion *v, uint32_t lo)
{
    struct str key = arena_str(&c->arena, (struct str){ (const char *)&lo, sizeof lo });
    v->known.arena = &c->arena;
    v->known.exact = true;
    void **slot = map_add(&v->known, key);
    if (*slot)
        return false;
    *slot = v;
    VEC_PUSH(&c->arena, &v->refuse, lo);
    return true;
}

/* Two values of what can have one: a topology says the last, as it does by itself.  Returns whether
   there are any.  */
static bool refuse_repeats(struct compilation *c, struct conversion *v)
{
    size_t before = v->refuse.n;
    for (size_t i = 0; i < v->comparison.list.n; i++) {
        const struct difference *d = &v->comparison.list.v[i];
        for (size_t k = 0; d->kind == DIFFERENCE_repeated && k + 1 < d->n[0]; k++) {
            const struct fact *fact = d->facts[0][k];
            if (refuse(c, v, fact->span.lo))
                diag_at(v->m->diags, CHECK_directive_repeated, LEVEL_WARNING, fact->span,
                        "`%.*s` has another value further down, which is kept: which of them "
                        "counts is not documented",
                        STR_ARG(fact->is->word));
        }
    }
    return v->refuse.n > before;
}

/* A topology never builds with that, and PowerMTA may live with it.  */
static bool is_ours_alone(const struct diag *m)
{
    const struct check_row *row = check_row(m->check);
    return m->level == LEVEL_ERROR && row->lowered == LOWERED_NEVER && row->read < LEVEL_ERROR;
}

/* Statements that PowerMTA may take, and that a topology cannot say, stay as comments too, with
   what the topology was told about them.  Returns whether there are any more of them.  */
static bool refuse_lost(struct compilation *c, struct conversion *v)
{
    const struct diags *d = &c->converted->diags;
    size_t before = v->refuse.n;
    if (refuse_repeats(c, v))
        return true;
    place_list lost = find_lost(c, v);
    for (size_t i = 0; i < d->list.n; i++) {
        const struct diag *m = d->list.v[i];
        struct raise_place place = { 0 };
        if (m->level >= LEVEL_WARNING)
            place = place_of(v, c->converted, m);
        if (!place.hi || !(is_ours_alone(m) || places_has(&lost, place.lo, place.hi)))
            continue;
        struct span span = { place.lo, place.lo + 1 };
        if (refuse(c, v, place.lo) && !is_told(v, m->check, &place))
            diag_at(v->m->diags, m->check, LEVEL_WARNING, span, "%.*s", STR_ARG(m->text));
    }
    return v->refuse.n > before;
}

/* What was made of the topology before, and compared.  */
static void forget_converted(struct compilation *c, struct conversion *v)
{
    if (c->converted)
        compile_free(c->converted);
    c->converted = NULL;
    v->comparison = (struct comparison){ 0 };
}

enum { ROUNDS = 8 }; /* what is left out may be missed by what stays */

/* Makes the topology.  Returns whether it comes to the same; else the differences are in 'out'.  */
static bool make_same(struct compilation *c, struct conversion *v, struct buf *out)
{
    for (int round = 0; round < ROUNDS; round++) {
        v->raised = (struct raised){ 0 };
        places_sort(&v->refuse);
        raise_model(&c->program, v->m, is_part(v->m), c->options.keep_secrets, &v->refuse,
                    &v->raised);
        v->m->diags->closed = true; /* planning says it all again */
        forget_converted(c, v);
        if (!v->raised.n_statements)
            return true;
        compile_again(c, v->m, &v->raised);
        if (!c->converted->outputs.n)
            break;
        compare_both(c, v);
        v->m->diags->closed = false;
        if (!refuse_lost(c, v))
            break;
        v->m->diags->closed = true;
    }
    bool faulty = is_faulty(c->converted, v->m->diags, out);
    const struct compare_side sides[COMPARE_SIDES] = { { &c->diags }, { &c->converted->diags } };
    compare_print(&v->comparison, sides, STR(""), out);
    return !faulty && c->converted->outputs.n && !v->comparison.list.n;
}

void compile_convert(struct compilation *c)
{
    struct diags *quiet = NEW(&c->arena, struct diags);
    struct conversion v = { 0 };
    struct buf differences = { .arena = &c->arena };
    read_model(c, quiet, &v);
    bool same = make_same(c, &v, &differences);
    report_refused(c, &v);
    if (!same) {
        buf_text(&c->remarks, "pmtac: the topology would not do the same, so nothing is written; "
                              "only the configuration says -, only the topology +:\n");
        buf_put(&c->remarks, buf_str(&differences));
        c->differs = true;
        return;
    }
    tell_secrets(c, &v.raised);
    if (c->converted)
        tell_errors(c);
    tell_part(c, v.m);
    VEC_PUSH(&c->arena, &c->outputs, (struct output){ .host = STR(""), .text = v.raised.text });
}
