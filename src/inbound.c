#include <config.h>

#include "inbound.h"

#include "effective.h"

#include <stdlib.h>

struct maker {
    struct model *m;
    struct inbound *in;
    bool relay_client; /* a client has the right on every listener that requires no login */
};

/* Strangers are refused at the greeting where a listener has a list of those who may use it, unless
   they may log in, or could not reach it anyway.  */
static bool restricts(const struct listener *l)
{
    return !l->written && l->allow.first && l->auth != AUTH_OPTIONAL &&
           effective_reach(l) != REACH_LOOPBACK;
}

static struct rule *new_rule(struct maker *k, struct str name, struct span origin)
{
    struct rule *rule = NEW(k->m->arena, struct rule);
    rule->name = name;
    rule->origin = origin;
    return rule;
}

static struct rule *rule_for(struct maker *k, const struct cidr *cidr, struct span origin)
{
    char text[56];
    struct cidr network = cidr_network(cidr);
    struct str key = str_of(cidr_text(&network, text));
    struct rule *rule = map_get(&k->in->by_address, key);
    if (rule)
        return rule;
    bool all = cidr_is_any(&network) && network.addr.family == 4;
    rule = new_rule(k, all ? STR("0/0") : arena_str(k->m->arena, key), origin);
    rule->by_address = true;
    rule->cidr = network;
    rule->order = k->in->addresses.n;
    *map_add(&k->in->by_address, arena_str(k->m->arena, key)) = rule;
    VEC_PUSH(k->m->arena, &k->in->addresses, rule);
    return rule;
}

static bool same_bool(const struct line *x, const struct line *y)
{
    bool a, b;
    struct fault fault;
    return x->what->n_args == 1 && y->what->n_args == 1 &&
           value_bool(x->what->args[0].text, &a, &fault) &&
           value_bool(y->what->args[0].text, &b, &fault) && a == b;
}

bool inbound_same(const struct line *x, const struct line *y)
{
    return line_same_values(x, y) || same_bool(x, y);
}

static void contradiction(struct maker *k, const struct line *here, const struct line *there)
{
    struct diag *m = diag(k->m->diags, CHECK_name_duplicate, line_span(here),
                          "`%s` is said differently for the same clients", here->what->dir->name);
    diag_also(k->m->diags, m, line_span(there), "first said here");
}

/* Adds what another block says of the clients of 'rule'.  */
static void merge(struct maker *k, struct rule *rule, const struct lines *lines)
{
    for (const struct line *l = lines_first(lines); l; l = l->next) {
        /* Of what was read both stay, and that was said where they were bound.  */
        bool once = !k->m->raw && !l->what->dir->repeatable;
        const struct line *before = once ? line_find(&rule->lines, l->what->dir) : NULL;
        if (l->bad)
            continue;
        if (before && !inbound_same(before, l))
            contradiction(k, l, before);
        if (before)
            continue;
        struct line *copy = NEW(k->m->arena, struct line);
        *copy = *l;
        copy->next = NULL;
        lines_add(&rule->lines, copy);
    }
}

/* The default VMTA as the line that it is.  */
static void lower_via(struct maker *k, struct lines *to, const struct ref *via,
                      const struct lines *said)
{
    const struct directive *dir = k->m->target[TARGET_source_default_vmta];
    if (!via->name.n || via->bad || (said && line_find(said, dir)))
        return;
    struct arg arg = { .text = via->name, .span = via->span };
    lines_add(to, line_make(k->m->arena, dir, &arg, 1, via->span));
}

static void lower_word(struct maker *k, struct lines *to, enum lower group,
                       const struct lines *said, struct span origin)
{
    lower(k->m, to, group, SCOPE_source, said, origin);
}

static void add_client(struct maker *k, const struct client *c)
{
    struct rule words = { .order = 0 };
    if (c->relay >= 0)
        lower_word(k, &words.lines, c->relay ? LOWER_relay_yes : LOWER_relay_no, &c->lines,
                   c->relay_span);
    if (c->auth == AUTH_REQUIRED)
        lower_word(k, &words.lines, LOWER_auth_required, &c->lines, c->auth_span);
    if (c->tls.word != TLS_UNSET)
        lower_word(k, &words.lines, lower_tls_in(c->tls.word), &c->lines, c->tls.span);
    lower_via(k, &words.lines, &c->via, &c->lines);
    merge(k, &words, &c->lines);
    for (const struct prefix *x = c->prefixes.first; x; x = x->next)
        if (!x->bad)
            merge(k, rule_for(k, &x->cidr, x->span), &words.lines);
}

static void add_source(struct maker *k, const struct source_rule *s)
{
    struct rule *rule = rule_for(k, &s->cidr, s->object.span);
    struct rule words = { .order = 0 };
    lower_via(k, &words.lines, &s->via, &s->lines);
    merge(k, &words, &s->lines);
    merge(k, rule, &words.lines);
}

/* Whoever a listener allows: may relay where no login is required, and is let in.  */
static void add_allowed(struct maker *k, const struct listener *l)
{
    for (const struct prefix *x = l->allow.first; x; x = x->next) {
        struct lines words = { .made = NULL };
        if (x->bad)
            continue;
        struct rule *rule = rule_for(k, &x->cidr, x->span);
        if (l->auth != AUTH_REQUIRED)
            lower_word(k, &words, LOWER_relay_yes, NULL, x->span);
        merge(k, rule, &words);
        if (k->in->restricting)
            lower_word(k, &rule->lines, LOWER_service_yes, NULL, x->span);
    }
}

static bool may_relay(const struct model *m, const struct rule *rule)
{
    return line_bool(&rule->lines, m->target[TARGET_source_relay]) == 1;
}

/* Whoever may relay by address must not be refused at the greeting.  */
static void admit_relayers(struct maker *k)
{
    for (size_t i = 0; k->in->restricting && i < k->in->addresses.n; i++) {
        struct rule *rule = k->in->addresses.v[i];
        if (may_relay(k->m, rule))
            lower_word(k, &rule->lines, LOWER_service_yes, NULL, rule->origin);
    }
}

static bool listens_on_v6(const struct model *m)
{
    for (size_t i = 0; i < m->listeners.n; i++)
        for (const struct endpoint *e = m->listeners.v[i]->endpoints; e; e = e->next)
            if (!e->bad && e->cidr.addr.family == 6 && cidr_kind(&e->cidr) != ADDR_LOOPBACK)
                return true;
    return false;
}

static void close_rest(struct maker *k, uint8_t family)
{
    struct cidr all = { .addr = { .family = family } };
    struct rule *rule = rule_for(k, &all, NOWHERE);
    lower_word(k, &rule->lines, LOWER_closed, NULL, NOWHERE);
    if (k->in->restricting)
        lower_word(k, &rule->lines, LOWER_service_no, NULL, NOWHERE);
}

/* From specific to general, as all versions want it; else as declared.  */
static int by_width(const void *a, const void *b)
{
    const struct rule *x = *(struct rule *const *)a, *y = *(struct rule *const *)b;
    if (x->cidr.addr.family != y->cidr.addr.family)
        return x->cidr.addr.family < y->cidr.addr.family ? -1 : 1;
    if (x->cidr.bits != y->cidr.bits)
        return x->cidr.bits > y->cidr.bits ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The rules by address, the one for everybody included.  Whether 0/0 also means IPv6 clients is not
   documented, so where some can come there is a rule for them too.  */
static void add_addresses(struct maker *k)
{
    struct model *m = k->m;
    for (size_t i = 0; i < m->sources.n; i++)
        if (m->sources.v[i]->by_address)
            add_source(k, m->sources.v[i]);
    for (size_t i = 0; i < m->clients.n; i++)
        add_client(k, m->clients.v[i]);
    for (size_t i = 0; i < m->listeners.n; i++)
        add_allowed(k, m->listeners.v[i]);
    admit_relayers(k);
    if (!m->raw && (!m->fragment || m->listeners.n))
        close_rest(k, 4);
    if (!m->raw && listens_on_v6(m))
        close_rest(k, 6);
    if (k->in->addresses.n)
        qsort(k->in->addresses.v, k->in->addresses.n, sizeof *k->in->addresses.v, by_width);
}

/* Some rule by address gives the right on every listener that requires no login.  */
static bool has_relay_client(const struct model *m)
{
    const struct directive *relay = m->target[TARGET_source_relay];
    for (size_t i = 0; i < m->clients.n; i++) {
        int said = line_bool(&m->clients.v[i]->lines, relay);
        if (said < 0 ? m->clients.v[i]->relay == 1 : said == 1)
            return true;
    }
    for (size_t i = 0; i < m->sources.n; i++)
        if (m->sources.v[i]->by_address && line_bool(&m->sources.v[i]->lines, relay) == 1)
            return true;
    return false;
}

/* The source of a listener says only what was said of the listener: what it says beats the client's
   address, so one value too many would silence a rule for clients.  */
static void add_listener(struct maker *k, struct listener *l)
{
    struct rule *rule = new_rule(k, l->object.name, l->object.span);
    const struct lines *said = &l->source_lines;
    bool no_login = l->auth == AUTH_UNSET || l->auth == AUTH_NONE;
    struct span auth = l->auth_span.hi ? l->auth_span : l->object.span;
    if (l->tls.word != TLS_UNSET)
        lower_word(k, &rule->lines, lower_tls_in(l->tls.word), said, l->tls.span);
    if (l->auth == AUTH_REQUIRED)
        lower_word(k, &rule->lines, LOWER_auth_required, said, auth);
    if (no_login)
        lower_word(k, &rule->lines, LOWER_auth_none, said, auth);
    if (no_login && !l->allow.first && !k->relay_client)
        lower_word(k, &rule->lines, LOWER_relay_no, said, l->object.span);
    if (k->in->restricting && (!l->allow.first || l->auth == AUTH_OPTIONAL))
        lower_word(k, &rule->lines, LOWER_service_yes, said, l->object.span);
    lower_via(k, &rule->lines, &l->via, said);
    merge(k, rule, said);
    l->effective = &rule->lines;
    VEC_PUSH(k->m->arena, &k->in->named, rule);
}

struct str inbound_user_source(const struct model *m, const struct user *u)
{
    struct str before = STR("user-"), name = u->object.name;
    char *text = arena_alloc(m->arena, before.n + name.n), *p = text + before.n;
    memcpy(text, before.p, before.n);
    for (size_t i = 0; i < name.n; i++)
        p[i] = name.p[i] == '@' || name.p[i] == '+' ? '-' : name.p[i];
    return (struct str){ text, before.n + name.n };
}

static void add_user(struct maker *k, struct user *u)
{
    struct rule *rule = new_rule(k, inbound_user_source(k->m, u), u->object.span);
    lower_word(k, &rule->lines, LOWER_relay_yes, &u->source_lines, u->object.span);
    lower_via(k, &rule->lines, &u->via, &u->source_lines);
    merge(k, rule, &u->source_lines);
    u->effective = &rule->lines;
    VEC_PUSH(k->m->arena, &k->in->named, rule);
}

/* A source written at full length.  */
static void add_named(struct maker *k, struct source_rule *s)
{
    struct rule *rule = new_rule(k, s->object.name, s->object.span);
    rule->written = true;
    lower_via(k, &rule->lines, &s->via, &s->lines);
    merge(k, rule, &s->lines);
    s->effective = &rule->lines;
    VEC_PUSH(k->m->arena, &k->in->named, rule);
}

/* The source that something written at full length names, generated ones included, or NULL.  */
static struct rule *named_rule(struct maker *k, const struct ref *ref)
{
    struct map *map = &k->in->by_name;
    bool first = map->n == 0;
    if (!ref->name.n || ref->bad)
        return NULL;
    for (size_t i = 0; first && i < k->in->named.n; i++) {
        struct rule *rule = k->in->named.v[i];
        *map_add(map, rule->name) = rule;
    }
    return map->n ? map_get(map, ref->name) : NULL;
}

const struct lines *inbound_auth(const struct model *m)
{
    const struct source_rule *s = map_get(&m->names[KIND_raw_source], STR("{auth}"));
    return s ? s->effective : NULL;
}

/* Listeners and users at full length share the lines of the source that they name; a user without
   has those of the one for all users.  */
static void link_written(struct maker *k)
{
    const struct lines *auth = inbound_auth(k->m);
    for (size_t i = 0; i < k->m->listeners.n; i++) {
        struct listener *l = k->m->listeners.v[i];
        struct rule *rule = l->written ? named_rule(k, &l->source) : NULL;
        if (!rule)
            continue;
        l->effective = &rule->lines;
        if (k->in->restricting && rule->written)
            lower_word(k, &rule->lines, LOWER_service_yes, NULL, rule->origin);
    }
    for (size_t i = 0; i < k->m->users.n; i++) {
        struct user *u = k->m->users.v[i];
        struct rule *rule = u->written ? named_rule(k, &u->source) : NULL;
        if (rule)
            u->effective = &rule->lines;
        else if (u->written && !u->source.name.n && auth)
            u->effective = auth;
    }
}

void inbound(struct model *m)
{
    static const struct lines nothing;
    struct maker k = { m, NEW(m->arena, struct inbound), has_relay_client(m) };
    k.in->by_address = k.in->by_name = (struct map){ .arena = m->arena };
    m->inbound = k.in;
    for (size_t i = 0; i < m->listeners.n; i++) {
        m->listeners.v[i]->effective = &nothing;
        k.in->restricting |= restricts(m->listeners.v[i]);
    }
    for (size_t i = 0; i < m->listeners.n; i++)
        if (!m->listeners.v[i]->written)
            add_listener(&k, m->listeners.v[i]);
    for (size_t i = 0; i < m->users.n; i++) {
        m->users.v[i]->effective = &nothing;
        if (!m->users.v[i]->written)
            add_user(&k, m->users.v[i]);
    }
    for (size_t i = 0; i < m->sources.n; i++)
        if (!m->sources.v[i]->by_address)
            add_named(&k, m->sources.v[i]);
    link_written(&k);
    add_addresses(&k);
}
