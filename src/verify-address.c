#include <config.h>

#include "verify.h"

#include "effective.h"

#include <stdlib.h>

/* A prefix that something of ours stands on.  */
struct spot {
    struct cidr net;       /* without host bits */
    uint16_t port;         /* 0 where it does not matter */
    uint32_t index;        /* in the order of declaration */
    const struct arg *arg; /* as written */
    const struct object *owner;
    struct str key; /* what may differ: the hostname, the host */
};

struct spots {
    struct arena *arena;
    VEC(struct spot) list;
};

/* What to say about spots that overlap.  */
struct sweep {
    const struct model *model;
    bool (*differ)(const struct spot *, const struct spot *);
    void (*report)(const struct sweep *, const struct spot *earlier, const struct spot *later,
                   bool differ);
};

/* All spots of one prefix, as far as they were met.  */
struct group {
    struct cidr net;
    const struct spot *first, *other; /* 'other': the first that differs from 'first' */
    const struct spot *second;        /* the first of another owner */
};

enum { DEPTH = 129 }; /* prefixes inside each other */

static void add_spot(struct spots *spots, const struct cidr *cidr, uint16_t port,
                     const struct arg *arg, const struct object *owner, struct str key)
{
    struct spot spot = { .net = cidr_network(cidr),
                         .port = port,
                         .arg = arg,
                         .owner = owner,
                         .key = key,
                         .index = (uint32_t)spots->list.n };
    VEC_PUSH(spots->arena, &spots->list, spot);
}

/* By port, then address, wider prefixes first, then as declared.  */
static int by_prefix(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    int order = addr_cmp(&x->net.addr, &y->net.addr);
    if (x->port != y->port)
        return x->port < y->port ? -1 : 1;
    if (order)
        return order;
    if (x->net.bits != y->net.bits)
        return x->net.bits < y->net.bits ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void sort_spots(struct spots *spots)
{
    size_t i = 1;
    while (i < spots->list.n && by_prefix(&spots->list.v[i - 1], &spots->list.v[i]) <= 0)
        i++;
    if (i < spots->list.n)
        qsort(spots->list.v, spots->list.n, sizeof *spots->list.v, by_prefix);
}

static void tell(const struct sweep *sweep, const struct spot *a, const struct spot *b, bool differ)
{
    if (a->index < b->index)
        sweep->report(sweep, a, b, differ);
    else
        sweep->report(sweep, b, a, differ);
}

/* A spot of 'group' that differs from 's', or NULL.  */
static const struct spot *rival(const struct sweep *sweep, const struct group *group,
                                const struct spot *s)
{
    if (group->first && sweep->differ(group->first, s))
        return group->first;
    return group->other && sweep->differ(group->other, s) ? group->other : NULL;
}

static const struct spot *partner(const struct group *group, const struct spot *s)
{
    return group->first && group->first->owner != s->owner ? group->first : group->second;
}

/* 's' against the spots before it of its own prefix and those of the prefixes around it.  */
static void judge_spot(const struct sweep *sweep, const struct group *stack, size_t depth,
                       const struct spot *s)
{
    for (size_t i = depth; i-- > 0;) {
        const struct spot *other = rival(sweep, &stack[i], s);
        if (!other)
            continue;
        tell(sweep, other, s, true);
        return;
    }
    if (stack[depth - 1].second)
        return; /* said once for a prefix */
    for (size_t i = depth; i-- > 0;) {
        const struct spot *other = partner(&stack[i], s);
        if (!other)
            continue;
        tell(sweep, other, s, false);
        return;
    }
}

static void join_group(const struct sweep *sweep, struct group *group, const struct spot *s)
{
    if (!group->first)
        group->first = s;
    else if (!group->other && sweep->differ(group->first, s))
        group->other = s;
    if (!group->second && group->first->owner != s->owner)
        group->second = s;
}

/* Prefixes are equal, apart or inside each other, so that a stack of those around is enough.  */
static void sweep_spots(const struct sweep *sweep, struct spots *spots)
{
    struct group stack[DEPTH];
    size_t depth = 0;
    uint16_t port = 0;
    sort_spots(spots);
    for (size_t i = 0; i < spots->list.n; i++) {
        const struct spot *s = &spots->list.v[i];
        if (s->port != port)
            depth = 0;
        port = s->port;
        while (depth && !cidr_contains(&stack[depth - 1].net, &s->net))
            depth--;
        if (!depth || stack[depth - 1].net.bits != s->net.bits)
            stack[depth++] = (struct group){ .net = s->net };
        judge_spot(sweep, stack, depth, s);
        join_group(sweep, &stack[depth - 1], s);
    }
}

static bool same_place(struct span a, struct span b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

/* Shows the first of two places, unless a range or a policy made both out of one text.  */
static void also_first(const struct model *model, struct diag *m, const struct spot *earlier,
                       const struct spot *later, const char *what)
{
    if (!same_place(earlier->arg->span, later->arg->span))
        diag_also(model->diags, m, earlier->arg->span, "%s", what);
}

/* address-source-kind */

/* 'cidr' is of that kind.  */
static bool cannot_send(const struct cidr *cidr, enum addr_kind kind)
{
    return cidr_is_any(cidr) || kind == ADDR_UNSPECIFIED || kind == ADDR_LOOPBACK ||
           kind == ADDR_MULTICAST || kind == ADDR_RESERVED || kind == ADDR_LINK_LOCAL;
}

static void judge_kind(const struct model *model, const struct origin *o)
{
    enum addr_kind kind = cidr_kind(&o->cidr);
    if (kind == ADDR_PUBLIC && !cidr_is_any(&o->cidr))
        return;
    const char *word = addr_kind_name(kind);
    if (cannot_send(&o->cidr, kind)) {
        struct diag *m =
            diag(model->diags, CHECK_address_source_kind, o->address.span,
                 cidr_is_any(&o->cidr) ? "`%.*s` is every address, not one to send from"
                                       : "`%.*s` is %s %s address, and no mail leaves from it",
                 STR_ARG(o->address.text), word[0] == 'u' ? "an" : "a", word);
        diag_help(model->diags, m, "write an address of this server that the Internet can reach");
    } else if (kind == ADDR_PRIVATE || kind == ADDR_DOCUMENTATION) {
        diag_at(model->diags, CHECK_address_source_kind, LEVEL_NOTE, o->address.span,
                kind == ADDR_PRIVATE
                    ? "`%.*s` is a private address: others see what a gateway makes of it"
                    : "`%.*s` is an address for documentation, which nobody routes",
                STR_ARG(o->address.text));
    }
}

void verify_address_source_kind(const struct model *model)
{
    if (!model->noted.odd)
        return;
    for (const struct origin *o = model->origins.first; o; o = o->next)
        if (!o->bad_address)
            judge_kind(model, o);
    for (size_t i = 0; i < model->vmtas.n; i++)
        for (const struct origin *o = model->vmtas.v[i]->origins.first; o; o = o->next)
            if (!o->bad_address)
                judge_kind(model, o);
}

/* address-duplicate */

static bool other_key(const struct spot *a, const struct spot *b)
{
    return !str_ieq(a->key, b->key);
}

static void report_duplicate(const struct sweep *sweep, const struct spot *earlier,
                             const struct spot *later, bool differ)
{
    struct diags *diags = sweep->model->diags;
    struct str address = later->arg->text, before = earlier->arg->text;
    bool equal =
        cidr_contains(&earlier->net, &later->net) && cidr_contains(&later->net, &earlier->net);
    struct diag *m;
    if (!differ) {
        m = diag_at(diags, CHECK_address_duplicate, LEVEL_NOTE, later->arg->span,
                    "`%.*s` is a source of `%.*s` and of `%.*s`, both as `%.*s`", STR_ARG(address),
                    STR_ARG(earlier->owner->name), STR_ARG(later->owner->name),
                    STR_ARG(later->key));
    } else if (equal) {
        m = diag(diags, CHECK_address_duplicate, later->arg->span,
                 "`%.*s` is called `%.*s` here and `%.*s` in `%.*s`", STR_ARG(address),
                 STR_ARG(later->key), STR_ARG(earlier->key), STR_ARG(earlier->owner->name));
    } else {
        m = diag(diags, CHECK_address_duplicate, later->arg->span,
                 "`%.*s`, called `%.*s` here, overlaps `%.*s`, called `%.*s` in `%.*s`",
                 STR_ARG(address), STR_ARG(later->key), STR_ARG(before), STR_ARG(earlier->key),
                 STR_ARG(earlier->owner->name));
    }
    if (differ)
        diag_help(diags, m, "an address has one name in the DNS; give both the same hostname");
    also_first(sweep->model, m, earlier, later, "first used here");
}

static void add_origins(struct spots *spots, const struct origins *origins,
                        const struct object *owner, struct str key)
{
    for (const struct origin *o = origins->first; o; o = o->next)
        if (!o->bad_address && !cannot_send(&o->cidr, cidr_kind(&o->cidr)) &&
            (key.n || !o->bad_host))
            add_spot(spots, &o->cidr, 0, &o->address, owner, key.n ? key : o->host.text);
}

/* Spots are sorted, so that those of one VMTA on one prefix are neighbours.  What differs in name
   was reported by the sweep.  */
static void report_repeated(const struct model *model, const struct spots *spots)
{
    for (size_t i = 1; i < spots->list.n; i++) {
        const struct spot *a = &spots->list.v[i - 1], *b = &spots->list.v[i];
        if (a->owner != b->owner || a->net.bits != b->net.bits ||
            addr_cmp(&a->net.addr, &b->net.addr) != 0 || other_key(a, b))
            continue;
        struct diag *m = diag(model->diags, CHECK_address_duplicate, b->arg->span,
                              "`%.*s` is a source of `%.*s` already", STR_ARG(b->arg->text),
                              STR_ARG(b->owner->name));
        also_first(model, m, a, b, "first named here");
        diag_help(model->diags, m, "PowerMTA documents no weights: leave one of them out");
    }
}

void verify_address_duplicate(const struct model *model)
{
    struct spots spots = { .arena = model->scratch };
    struct sweep sweep = { model, other_key, report_duplicate };
    if (!model->noted.odd && !model->noted.unordered)
        return;
    for (size_t i = 0; i < model->vmtas.n; i++)
        add_origins(&spots, &model->vmtas.v[i]->origins, &model->vmtas.v[i]->object, STR(""));
    sweep_spots(&sweep, &spots);
    report_repeated(model, &spots);
}

/* listener-duplicate */

static bool always(const struct spot *a, const struct spot *b)
{
    return a != b;
}

/* A wildcard beside an address is documented and legal.  */
static void report_listeners(const struct sweep *sweep, const struct spot *earlier,
                             const struct spot *later, bool differ)
{
    struct diags *diags = sweep->model->diags;
    bool equal = earlier->net.bits == later->net.bits;
    struct diag *m;
    if (!differ || (!equal && (cidr_is_any(&earlier->net) || cidr_is_any(&later->net))))
        return;
    if (equal)
        m = diag(diags, CHECK_listener_duplicate, later->arg->span, "a second listener on `%.*s`",
                 STR_ARG(later->arg->text));
    else
        m = diag_at(diags, CHECK_listener_duplicate, LEVEL_WARNING, later->arg->span,
                    "`%.*s` overlaps another listener on this port, `%.*s`",
                    STR_ARG(later->arg->text), STR_ARG(earlier->arg->text));
    also_first(sweep->model, m, earlier, later, "the first one is here");
}

void verify_listener_duplicate(const struct model *model)
{
    static const uint8_t zero[16];
    struct spots spots = { .arena = model->scratch };
    for (size_t i = 0; i < model->listeners.n; i++)
        for (struct endpoint *e = model->listeners.v[i]->endpoints; e; e = e->next) {
            struct cidr cidr = e->cidr;
            if (memcmp(cidr.addr.b, zero, sizeof zero) == 0)
                cidr.bits = 0; /* 0.0.0.0 is every address, as 0/0 is */
            if (!e->bad)
                add_spot(&spots, &cidr, e->port, &e->arg, &model->listeners.v[i]->object, STR(""));
        }
    sweep_spots(&(struct sweep){ model, always, report_listeners }, &spots);
}

/* address-two-hosts */

static void report_two_hosts(const struct sweep *sweep, const struct spot *earlier,
                             const struct spot *later, bool differ)
{
    struct diags *diags = sweep->model->diags;
    if (!differ)
        return;
    struct diag *m = diag(diags, CHECK_address_two_hosts, later->arg->span,
                          "`%.*s` is a source on host `%.*s` and on host `%.*s`",
                          STR_ARG(later->arg->text), STR_ARG(earlier->key), STR_ARG(later->key));
    diag_help(diags, m,
              "put what differs into a variable of each host: "
              "`host NAME { let net = ... }`");
    also_first(sweep->model, m, earlier, later, "first used here");
}

static void report_floating(const struct sweep *sweep, const struct spot *earlier,
                            const struct spot *later, bool differ)
{
    if (!differ)
        return;
    struct diag *m = diag_at(sweep->model->diags, CHECK_address_two_hosts, LEVEL_NOTE,
                             later->arg->span, "host `%.*s` and host `%.*s` both listen on `%.*s`",
                             STR_ARG(earlier->key), STR_ARG(later->key), STR_ARG(later->arg->text));
    also_first(sweep->model, m, earlier, later, "first used here");
}

static void add_listeners(struct spots *spots, const struct model *model)
{
    for (size_t i = 0; i < model->listeners.n; i++) {
        const struct listener *l = model->listeners.v[i];
        for (const struct endpoint *e = l->endpoints; e; e = e->next)
            if (!e->bad && !effective_is_wildcard(&e->cidr) && cidr_kind(&e->cidr) != ADDR_LOOPBACK)
                add_spot(spots, &e->cidr, 0, &e->arg, &l->object, model->host);
    }
}

void verify_fleet(const struct model *const *models, size_t n)
{
    if (n < 2)
        return;
    struct spots sources = { .arena = models[0]->scratch }, listeners = sources;
    for (size_t i = 0; i < n; i++) {
        const struct model *model = models[i];
        add_origins(&sources, &model->origins, NULL, model->host);
        for (size_t k = 0; k < model->vmtas.n; k++)
            add_origins(&sources, &model->vmtas.v[k]->origins, NULL, model->host);
        add_listeners(&listeners, model);
    }
    sweep_spots(&(struct sweep){ models[0], other_key, report_two_hosts }, &sources);
    sweep_spots(&(struct sweep){ models[0], other_key, report_floating }, &listeners);
}
