#include <config.h>

#include "verify.h"

#include "effective.h"
#include "inbound.h"

/* Objects by name, walked while it grows: whatever may be reached from them.  */
struct reachable {
    struct map objects;
    bool anything; /* a header, a pattern or an unseen file may choose */
};

static void reach_object(struct reachable *reach, struct object *o)
{
    if (o)
        *map_add(&reach->objects, o->name) = o;
}

static void reach_ref(struct reachable *reach, const struct ref *ref)
{
    if (ref->name.n && !ref->bad && !ref->to)
        reach->anything = true;
    reach_object(reach, ref->to);
}

static void reach_refs(struct reachable *reach, const struct refs *refs)
{
    for (const struct ref *r = refs->first; r; r = r->next)
        reach_object(reach, r->to);
}

/* VMTAs that mail is handed to by the lines of a domain.  */
static void reach_reroutes(struct reachable *reach, const struct model *model,
                           const struct domains *domains)
{
    for (const struct domain *d = domains->first; d; d = d->next)
        for (const struct line *l = lines_first(&d->lines); l; l = l->next)
            if (l->what->n_args == 1 &&
                (l->what->dir == model->target[TARGET_domain_reroute] ||
                 l->what->dir == model->target[TARGET_domain_backoff_reroute]))
                reach_object(reach, map_get(&model->names[KIND_vmta], l->what->args[0].text));
}

/* Adds whatever stands behind the objects of 'reach': members, cold VMTAs, reroutes.  */
static void reach_all(struct reachable *reach, const struct model *model)
{
    reach_reroutes(reach, model, &model->domains);
    for (size_t i = 0; i < reach->objects.n; i++) {
        const struct object *o = reach->objects.entries[i].value;
        if (o->kind == KIND_pool) {
            const struct pool *pool = (const struct pool *)o;
            reach_refs(reach, &pool->members);
            reach_refs(reach, &pool->colds);
            reach_reroutes(reach, model, &pool->domains);
        } else {
            const struct vmta *vmta = (const struct vmta *)o;
            reach_refs(reach, &vmta_extras(vmta)->colds);
            reach_reroutes(reach, model, &vmta->domains);
        }
    }
}

static bool is_reached(const struct reachable *reach, const struct vmta *vmta)
{
    return reach->anything || map_find(&reach->objects, vmta->object.name) != NULL;
}

/* address-role */

/* Who may send by which VMTA: whoever connects, whoever logs in, the clients of one listener.  */
struct roles {
    const struct model *model;
    struct reachable address, login, listener;
    const struct listener *of; /* whom 'listener' is about */
    bool relays;               /* some addresses may relay on every listener */
};

/* What lines of a source let their clients do.  */
static void read_source(struct roles *r, struct reachable *reach, const struct lines *lines)
{
    const struct model *model = r->model;
    if (line_bool(lines, model->target[TARGET_source_x_vmta]) == 1 ||
        line_find(lines, model->target[TARGET_source_pattern_list]))
        reach->anything = true;
}

static void read_roles(struct roles *r)
{
    const struct model *model = r->model;
    r->address.objects = r->login.objects = (struct map){ .arena = model->scratch };
    for (size_t i = 0; i < model->clients.n; i++) {
        const struct client *c = model->clients.v[i];
        read_source(r, &r->address, &c->lines);
        reach_ref(&r->address, &c->via);
        r->relays |= c->relay == 1;
    }
    for (size_t i = 0; i < model->sources.n; i++) {
        const struct source_rule *s = model->sources.v[i];
        struct reachable *reach = s->by_address ? &r->address : &r->login;
        read_source(r, reach, &s->lines);
        reach_ref(reach, &s->via);
        r->relays |= s->by_address && line_bool(&s->lines, model->target[TARGET_source_relay]) == 1;
    }
    for (size_t i = 0; i < model->users.n; i++) {
        read_source(r, &r->login, &model->users.v[i]->source_lines);
        reach_ref(&r->login, &model->users.v[i]->via);
    }
    reach_all(&r->address, model);
    reach_all(&r->login, model);
}

/* Somebody hands in mail at 'l' to be sent on; a listener for bounces has no such clients.  */
static bool has_clients(const struct roles *r, const struct listener *l)
{
    return effective_offers_login(r->model, l) || l->allow.first || r->relays ||
           line_bool(l->effective, r->model->target[TARGET_source_relay]) == 1;
}

static bool serves(struct roles *r, const struct listener *l, const struct vmta *vmta)
{
    if (is_reached(&r->address, vmta) ||
        (effective_offers_login(r->model, l) && is_reached(&r->login, vmta)))
        return true;
    if (r->of != l) {
        r->of = l;
        r->listener = (struct reachable){ .objects = { .arena = r->model->scratch } };
        read_source(r, &r->listener, l->effective);
        reach_ref(&r->listener, &l->via);
        reach_all(&r->listener, r->model);
    }
    return is_reached(&r->listener, vmta);
}

/* A place where clients come in.  */
struct door {
    const struct listener *listener;
    const struct endpoint *endpoint;
    struct door *next; /* under the same prefix */
};

/* All doors by prefix: by that of the door itself, and by each of those around it that a source
   may have.  Which lengths there are says 'lengths', for each family, and 'each' in order.  */
struct doors {
    struct map exact, around;
    bool lengths[2][129], source_lengths[2][129];
    struct {
        uint8_t bits[129], n;
    } each[2];
};

/* The prefix of 'bits' bits around 'cidr', as the key of a map.  */
static struct str prefix_key(const struct cidr *cidr, unsigned bits, struct cidr *space)
{
    struct cidr wide = *cidr;
    wide.bits = (uint8_t)bits;
    memset(space, 0, sizeof *space);
    *space = cidr_network(&wide);
    return (struct str){ (const char *)space, sizeof *space };
}

static void add_door(const struct model *model, struct map *map, const struct door *door,
                     unsigned bits)
{
    struct cidr space;
    struct str key = prefix_key(&door->endpoint->cidr, bits, &space);
    void **slot = map_find(map, key);
    struct door *copy = NEW(model->scratch, struct door);
    if (!slot)
        slot = map_add(map, arena_str(model->scratch, key));
    *copy = *door;
    copy->next = *slot;
    *slot = copy;
}

static void add_listener(struct roles *r, struct doors *doors, const struct listener *l)
{
    for (const struct endpoint *e = l->endpoints; e; e = e->next) {
        struct door door = { .listener = l, .endpoint = e };
        unsigned six = e->cidr.addr.family == 6;
        if (e->bad || effective_is_wildcard(&e->cidr) || cidr_kind(&e->cidr) == ADDR_LOOPBACK)
            continue;
        add_door(r->model, &doors->exact, &door, e->cidr.bits);
        doors->lengths[six][e->cidr.bits] = true;
        for (unsigned bits = 0; bits < e->cidr.bits; bits++)
            if (doors->source_lengths[six][bits])
                add_door(r->model, &doors->around, &door, bits);
    }
}

static void list_lengths(struct doors *doors)
{
    for (unsigned six = 0; six < 2; six++)
        for (unsigned bits = 0; bits <= 128; bits++)
            if (doors->lengths[six][bits])
                doors->each[six].bits[doors->each[six].n++] = (uint8_t)bits;
}

/* The doors under a prefix; '*found' is one of them.  True: a client of one may use 'vmta'.  */
static bool welcome(struct roles *r, const struct map *map, const struct vmta *vmta,
                    const struct cidr *cidr, unsigned bits, const struct door **found)
{
    struct cidr space;
    if (!map->n)
        return false;
    const struct door *d = map_get(map, prefix_key(cidr, bits, &space));
    for (; d; d = d->next) {
        if (serves(r, d->listener, vmta))
            return true;
        *found = d;
    }
    return false;
}

/* Judges the source 'o' of 'vmta' against the listeners on its addresses.  */
static void judge_role(struct roles *r, const struct doors *doors, const struct vmta *vmta,
                       const struct origin *o)
{
    const struct door *found = NULL;
    unsigned six = o->cidr.addr.family == 6;
    for (unsigned i = 0; i < doors->each[six].n; i++) {
        unsigned bits = doors->each[six].bits[i];
        if (bits <= o->cidr.bits && welcome(r, &doors->exact, vmta, &o->cidr, bits, &found))
            return;
    }
    if (welcome(r, &doors->around, vmta, &o->cidr, o->cidr.bits, &found) || !found)
        return;
    struct diag *m = diag(r->model->diags, CHECK_address_role, o->address.span,
                          "`%.*s` takes mail from clients and delivers for `%.*s`, which none of "
                          "them can use",
                          STR_ARG(o->address.text), STR_ARG(vmta->object.name));
    diag_also(r->model->diags, m, found->endpoint->arg.span, "its clients come in here");
    diag_help_topology(r->model->diags, m, "give `%.*s` an address of its own, or name it by `via`",
                       STR_ARG(vmta->object.name));
    diag_help_powermta(r->model->diags, m,
                       "give `%.*s` an address of its own, or name it by `default-virtual-mta`",
                       STR_ARG(vmta->object.name));
}

/* Some listener may stand where a source of a VMTA does.  */
static bool some_near(const struct model *model)
{
    const struct origins_noted *noted = &model->noted;
    for (size_t i = 0; i < model->listeners.n; i++)
        for (const struct endpoint *e = model->listeners.v[i]->endpoints; e; e = e->next)
            if (noted->odd || !cidr_is_single(&e->cidr) ||
                (addr_cmp(&e->cidr.addr, &noted->lowest) >= 0 &&
                 addr_cmp(&e->cidr.addr, &noted->highest) <= 0))
                return true;
    return false;
}

void verify_address_role(const struct model *model)
{
    struct roles r = { .model = model };
    struct doors doors = { .exact = { .arena = model->scratch, .exact = true },
                           .around = { .arena = model->scratch, .exact = true } };
    if (model->foreign_names || !some_near(model))
        return;
    read_roles(&r);
    for (size_t i = 0; i < model->vmtas.n; i++)
        for (const struct origin *o = model->vmtas.v[i]->origins.first; o; o = o->next)
            if (!o->bad_address)
                doors.source_lengths[o->cidr.addr.family == 6][o->cidr.bits] = true;
    for (size_t i = 0; i < model->listeners.n; i++)
        if (has_clients(&r, model->listeners.v[i]))
            add_listener(&r, &doors, model->listeners.v[i]);
    list_lengths(&doors);
    for (size_t i = 0; i < model->vmtas.n && doors.exact.n; i++)
        for (const struct origin *o = model->vmtas.v[i]->origins.first; o; o = o->next)
            if (!o->bad_address)
                judge_role(&r, &doors, model->vmtas.v[i], o);
}

/* listener-implicit, listener-port, listener-without-user */

/* A file that only the server reads may hold what is missing here.  */
void verify_listener_implicit(const struct model *model)
{
    struct diags *diags = model->diags;
    if (model->listeners.n || model->fragment ||
        (model->raw && model_says(model, TARGET_global_smtp_listener)))
        return;
    enum level level = model_maybe(model, LEVEL_ERROR);
    struct diag *m = diag_at(
        diags, CHECK_listener_implicit, level, model->whole,
        model->host.n ? "host `%.*s` has no listener%.*s" : "there is no listener%.*s%.*s",
        STR_ARG(model->host), STR_ARG(STR(", and PowerMTA would open 0.0.0.0:25 by itself")));
    diag_help(diags, m,
              "declare one, such as `listener local 127.0.0.1:2525 { ... }`, or build "
              "with --fragment what another file includes");
}

/* Ports whose clients begin in a known way.  */
enum { PORT_SMTP = 25, PORT_SMTPS = 465, PORT_SUBMISSION = 587 };

static void judge_port(const struct model *model, const struct listener *l,
                       const struct endpoint *e)
{
    struct diags *diags = model->diags;
    bool implicit = effective_is_implicit(model, l);
    struct span span = e->arg.span;
    struct diag *m;
    if (e->port == PORT_SMTPS && !implicit) {
        m = diag(diags, CHECK_listener_port, span,
                 "clients of port 465 begin with TLS, and this listener begins in clear text");
        diag_help_topology(diags, m, "write `tls implicit IDENTITY`, or listen on port 587");
        diag_help_powermta(diags, m,
                           "use <smtp-listener> with `immediate-tls yes`, or listen on port 587");
    } else if ((e->port == PORT_SMTP || e->port == PORT_SUBMISSION) && implicit) {
        m = diag(diags, CHECK_listener_port, span,
                 "clients of port %u begin in clear text, and this listener begins with TLS",
                 (unsigned)e->port);
        diag_help_topology(diags, m, "listen on port 465, or write `tls required IDENTITY`");
        diag_help_powermta(diags, m, "listen on port 465, or leave `immediate-tls` out");
    } else if (e->port == PORT_SMTP && effective_requires_login(model, l)) {
        m = diag(diags, CHECK_listener_port, span,
                 "other servers deliver to port 25 and never log in, which is required here");
        diag_help(diags, m, "listen on port 587 for clients that log in");
    }
}

void verify_listener_port(const struct model *model)
{
    for (size_t i = 0; i < model->listeners.n; i++) {
        const struct listener *l = model->listeners.v[i];
        for (const struct endpoint *e = l->endpoints; e; e = e->next)
            if (!e->bad)
                judge_port(model, l, e);
    }
}

void verify_listener_without_user(const struct model *model)
{
    struct diags *diags = model->diags;
    for (size_t i = 0; i < model->listeners.n && !model->users.n; i++) {
        const struct listener *l = model->listeners.v[i];
        if (!effective_requires_login(model, l))
            continue;
        enum level level = model_maybe(model, LEVEL_WARNING);
        struct span span = l->auth_span.hi ? l->auth_span : l->object.span;
        struct diag *m = diag_at(diags, CHECK_listener_without_user, level, span,
                                 "`%.*s` requires login, and nobody can log in: there is no user",
                                 STR_ARG(l->object.name));
        diag_help_topology(diags, m, "declare one: `user NAME { password env:VARIABLE }`");
        diag_help_powermta(diags, m, "write one: <smtp-user NAME> with a `password`");
    }
}

/* auth-no-rate-limit */

/* The line limits something: its other values are words for no limit.  */
static bool is_limit(const struct line *line)
{
    struct fault f;
    uint64_t count, seconds;
    bool multiple;
    return line && line->what->n_args == 1 &&
           value_rate(line->what->args[0].text, &count, &seconds, &multiple, &f);
}

/* What the rule for everybody says, for clients of IPv4 or IPv6; or NULL.  */
static const struct line *general_limit(const struct model *model, bool six)
{
    const struct rule *rule =
        map_get(&model->inbound->by_address, six ? STR("::/0") : STR("0.0.0.0/0"));
    return rule ? line_find(&rule->lines, model->target[TARGET_source_auth_failure_rate]) : NULL;
}

static bool is_limited(const struct model *model, const struct listener *l)
{
    const struct line *own =
        line_find(l->effective, model->target[TARGET_source_auth_failure_rate]);
    if (own)
        return own->bad || is_limit(own);
    for (const struct endpoint *e = l->endpoints; e; e = e->next)
        if (!e->bad && !is_limit(general_limit(model, e->cidr.addr.family == 6)))
            return false;
    return true;
}

/* PowerMTA counts failures only where login is required.  */
static void unlimited(const struct model *model, const struct listener *l)
{
    const char *name = model->target[TARGET_source_auth_failure_rate]->name;
    struct span span = l->auth_span.hi ? l->auth_span : l->object.span;
    struct diag *m =
        diag(model->diags, CHECK_auth_no_rate_limit, span,
             "anybody may try passwords on `%.*s` without end", STR_ARG(l->object.name));
    diag_help(model->diags, m,
              model->raw ? effective_requires_login(model, l)
                               ? "write `%s 10/h` in its source"
                               : "write `require-auth yes` and `%s 10/h` in its source"
              : l->object.made
                  ? "rows cannot say it: write `client all 0/0 { %s 10/h }` in a topology"
              : effective_requires_login(model, l) ? "write `%s 10/h` in it"
                                                   : "say `auth required` and `%s 10/h`",
              name);
}

void verify_auth_no_rate_limit(const struct model *model)
{
    const struct directive *dir = model->target[TARGET_source_auth_failure_rate];
    bool rows = false;
    if (!model->users.n || model->foreign_names || dir->since > model->version)
        return;
    for (size_t i = 0; i < model->listeners.n; i++) {
        const struct listener *l = model->listeners.v[i];
        if (effective_reach(l) != REACH_PUBLIC || !effective_offers_login(model, l) ||
            (effective_requires_login(model, l) && is_limited(model, l)))
            continue;
        if (!l->object.made || !rows)
            unlimited(model, l);
        rows |= l->object.made;
    }
}
