#include <config.h>

#include "verify.h"

#include "effective.h"
#include "inbound.h"

/* Rules for clients that come to nothing, or may.  */

/* allow-unreachable */

/* A prefix whose clients cannot come in where it stands.  */
struct stranded {
    const struct prefix *prefix;
    const struct listener *listener;
};

struct stranding {
    const struct model *m;
    VEC(struct stranded) list;
    struct map fine; /* places of prefixes that do some good */
};

/* The place of a text as the key of a map.  A policy is one text in many blocks.  */
static struct str place_key(const uint32_t *lo)
{
    return (struct str){ (const char *)lo, sizeof *lo };
}

static void find_stranded(struct stranding *s, const struct listener *l)
{
    unsigned from = l->allow.first ? effective_reached_from(l) : 0;
    for (const struct prefix *x = l->allow.first; x; x = x->next)
        if (!x->bad && !(effective_clients(&x->cidr) & from))
            VEC_PUSH(s->m->scratch, &s->list, (struct stranded){ x, l });
}

/* Enters what some listener can be reached from.  */
static void find_fine(struct stranding *s, const struct listener *l)
{
    unsigned from = l->allow.first ? effective_reached_from(l) : 0;
    for (const struct prefix *x = l->allow.first; x; x = x->next)
        if (x->bad || effective_clients(&x->cidr) & from)
            *map_add(&s->fine, place_key(&x->span.lo)) = (void *)x;
}

static void report_stranded(const struct model *m, const struct stranded *s)
{
    struct str name = s->listener->object.name;
    const struct prefix *x = s->prefix;
    bool loopback = cidr_kind(&x->cidr) == ADDR_LOOPBACK;
    bool six = x->cidr.addr.family == 6;
    unsigned from = effective_reached_from(s->listener);
    bool spoken = from & (six ? FROM_HERE_6 | FROM_AWAY_6 : FROM_HERE_4 | FROM_AWAY_4);
    const char *why = !spoken ? (six ? "which has no IPv6 address" : "which has no IPv4 address")
                      : loopback
                          ? "since a program on this machine comes from the address it connects to"
                          : "which listens on loopback alone";
    char text[56];
    struct diag *d =
        diag(m->diags, CHECK_allow_unreachable, x->span, "`%s` never reaches `%.*s`, %s",
             cidr_text(&x->cidr, text), STR_ARG(name), why);
    diag_also(m->diags, d, s->listener->endpoints->arg.span, "the listener");
    if (loopback && spoken)
        diag_help(m->diags, d, "allow the address of the listener itself, or listen on loopback");
    else
        diag_help(m->diags, d, "listen on an address that these clients can reach");
}

static void check_allowed(const struct model *m)
{
    struct stranding s = { .m = m, .fine = { .arena = m->scratch, .exact = true } };
    for (size_t i = 0; i < m->listeners.n; i++)
        find_stranded(&s, m->listeners.v[i]);
    for (size_t i = 0; s.list.n && i < m->listeners.n; i++)
        find_fine(&s, m->listeners.v[i]);
    for (size_t i = 0; i < s.list.n; i++)
        if (!map_find(&s.fine, place_key(&s.list.v[i].prefix->span.lo)))
            report_stranded(m, &s.list.v[i]);
}

/* A right by address that no listener can be reached with.  */
static void check_right(const struct model *m, unsigned from, const struct cidr *cidr,
                        struct span span)
{
    char text[56];
    if (effective_clients(cidr) & from)
        return;
    struct diag *d = diag(m->diags, CHECK_allow_unreachable, span,
                          "`%s` may relay and reaches no listener", cidr_text(cidr, text));
    diag_help(m->diags, d, "listen where these clients come in, or leave them out");
}

static bool may_relay(const struct model *m, const struct client *c)
{
    int said = line_bool(&c->lines, m->target[TARGET_source_relay]);
    return said < 0 ? c->relay == 1 : said == 1;
}

/* What is declared for all hosts of a fleet may do its good on another one.  */
static void check_rights(const struct model *m)
{
    unsigned from = 0;
    for (size_t i = 0; i < m->listeners.n && from != FROM_ALL; i++)
        from |= effective_reached_from(m->listeners.v[i]);
    for (size_t i = 0; i < m->clients.n && from != FROM_ALL; i++) {
        const struct client *c = m->clients.v[i];
        bool judged = !c->object.shared && may_relay(m, c);
        for (const struct prefix *x = judged ? c->prefixes.first : NULL; x; x = x->next)
            if (!x->bad)
                check_right(m, from, &x->cidr, x->span);
    }
    for (size_t i = 0; i < m->sources.n && from != FROM_ALL; i++) {
        const struct source_rule *s = m->sources.v[i];
        if (s->by_address && !s->object.shared &&
            line_bool(&s->lines, m->target[TARGET_source_relay]) == 1)
            check_right(m, from, &s->cidr, s->object.span);
    }
}

void verify_allow_unreachable(const struct model *m)
{
    check_allowed(m);
    if (m->listeners.n && !m->foreign_names && !m->fragment)
        check_rights(m);
}

/* client-overridden */

/* What listeners say by one directive, for the clients of each place.  */
struct claim {
    const struct directive *dir;
    size_t n[N_FROM];          /* listeners that say it */
    struct map values[N_FROM]; /* what they say, to the first line that does */
};

struct claims {
    const struct model *m;
    struct map by_name;
    size_t n[N_FROM]; /* listeners */
};

/* A line that somebody wrote, by a word perhaps, and that may stand once.  */
static bool is_judged(const struct line *l)
{
    return !l->bad && line_span(l).hi && !l->what->dir->repeatable;
}

static void want_claim(struct claims *s, const struct line *l)
{
    void **slot = is_judged(l) ? map_add(&s->by_name, str_of(l->what->dir->name)) : NULL;
    if (!slot || *slot)
        return;
    struct claim *claim = NEW(s->m->scratch, struct claim);
    claim->dir = l->what->dir;
    for (size_t i = 0; i < N_FROM; i++)
        claim->values[i] = (struct map){ .arena = s->m->scratch, .exact = true };
    *slot = claim;
}

/* What closes a listener that nobody opened is nobody's word.  */
static bool is_closing(const struct model *m, const struct line *l)
{
    return l->what->lost && l->what->dir == m->target[TARGET_source_relay];
}

static void count_claim(const struct claims *s, struct claim *claim, const struct listener *l,
                        unsigned from)
{
    const struct line *line = line_find(l->effective, claim->dir);
    if (!line || line->bad || is_closing(s->m, line))
        return;
    struct str key = line_value(line, s->m->scratch);
    for (unsigned i = 0; i < N_FROM; i++) {
        void **slot = from & 1U << i ? map_add(&claim->values[i], key) : NULL;
        claim->n[i] += slot != NULL;
        if (slot && !*slot)
            *slot = (void *)line;
    }
}

static void count_claims(struct claims *s)
{
    for (size_t i = 0; i < s->m->listeners.n; i++) {
        const struct listener *l = s->m->listeners.v[i];
        unsigned from = effective_reached_from(l);
        for (unsigned k = 0; k < N_FROM; k++)
            s->n[k] += from >> k & 1;
        for (size_t k = 0; k < s->by_name.n; k++)
            count_claim(s, s->by_name.entries[k].value, l, from);
    }
}

/* A line of a listener that says otherwise than 'l', where all that clients standing at 'from' can
   reach do; else NULL.  */
static const struct line *overriding(const struct claims *s, const struct line *l, unsigned from)
{
    const struct claim *claim = map_get(&s->by_name, str_of(l->what->dir->name));
    const struct line *found = NULL;
    for (unsigned i = 0; i < N_FROM; i++) {
        if (!(from & 1U << i) || !s->n[i])
            continue;
        if (claim->n[i] < s->n[i] || map_find(&claim->values[i], line_value(l, s->m->scratch)))
            return NULL;
        if (!found)
            found = claim->values[i].entries[0].value;
    }
    return found;
}

/* Judges a rule, once for a word that is several lines.  */
static void judge_rule(const struct claims *s, const struct rule *rule)
{
    unsigned from = effective_clients(&rule->cidr);
    uint32_t last = 0;
    for (const struct line *l = lines_first(&rule->lines); l; l = l->next) {
        const struct line *over = is_judged(l) ? overriding(s, l, from) : NULL;
        if (!over || line_span(l).lo == last)
            continue;
        last = line_span(l).lo;
        struct diag *d = diag(s->m->diags, CHECK_client_overridden, line_span(l),
                              "`%s` for `%.*s` has no effect: every listener that these clients "
                              "can reach says otherwise",
                              l->what->dir->name, STR_ARG(rule->name));
        if (line_span(over).hi)
            diag_also(s->m->diags, d, line_span(over), "what a listener says beats the address");
        diag_help(s->m->diags, d, "leave it out here, or in the listeners");
    }
}

void verify_client_overridden(const struct model *m)
{
    struct claims s = { .m = m, .by_name = { .arena = m->scratch } };
    if (!m->listeners.n || m->foreign_names)
        return;
    for (size_t i = 0; i < m->inbound->addresses.n; i++)
        for (const struct line *l = lines_first(&m->inbound->addresses.v[i]->lines); l; l = l->next)
            want_claim(&s, l);
    if (s.by_name.n)
        count_claims(&s);
    for (size_t i = 0; s.by_name.n && i < m->inbound->addresses.n; i++)
        judge_rule(&s, m->inbound->addresses.v[i]);
}

/* source-undecided */

/* What users say by one directive: a first one, and one who says otherwise.  */
struct stance {
    const struct directive *dir;
    const struct user *user[2];
    const struct line *line[2];
};

struct stances {
    const struct model *m;
    VEC(struct stance) list; /* one for each directive that a listener with logins says */
};

static struct stance *stance_of(const struct stances *s, const struct directive *dir)
{
    for (size_t i = 0; i < s->list.n; i++)
        if (s->list.v[i].dir == dir)
            return &s->list.v[i];
    return NULL;
}

static void want_stances(struct stances *s, const struct listener *l)
{
    for (const struct line *x = lines_first(l->effective); x; x = x->next)
        if (is_judged(x) && !stance_of(s, x->what->dir))
            VEC_PUSH(s->m->scratch, &s->list, (struct stance){ .dir = x->what->dir });
}

static void take_stances(const struct stances *s, const struct user *u)
{
    for (const struct line *x = lines_first(u->effective); x; x = x->next) {
        struct stance *at = is_judged(x) ? stance_of(s, x->what->dir) : NULL;
        if (!at || at->line[1])
            continue;
        size_t k = at->line[0] != NULL;
        if (k && inbound_same(at->line[0], x))
            continue;
        at->line[k] = x;
        at->user[k] = u;
    }
}

/* What the listener and some user who may log in there say differently, once for a word that is
   several lines.  */
static void judge_listener(const struct stances *s, const struct listener *l)
{
    uint32_t last = 0;
    for (const struct line *x = lines_first(l->effective); x; x = x->next) {
        const struct stance *at = is_judged(x) ? stance_of(s, x->what->dir) : NULL;
        if (!at || !at->line[0] || line_span(x).lo == last)
            continue;
        size_t k = inbound_same(at->line[0], x);
        if (!at->line[k])
            continue;
        last = line_span(x).lo;
        struct diag *d =
            diag(s->m->diags, CHECK_source_undecided, line_span(x),
                 "`%s` is one thing on `%.*s` and another for the user `%.*s`: which "
                 "of them counts is not documented",
                 x->what->dir->name, STR_ARG(l->object.name), STR_ARG(at->user[k]->object.name));
        diag_also(s->m->diags, d, line_span(at->line[k]), "what is said for the user");
        diag_help(s->m->diags, d, "say it in one of the two, or the same in both");
    }
}

void verify_source_undecided(const struct model *m)
{
    struct stances s = { .m = m };
    for (size_t i = 0; m->users.n && i < m->listeners.n; i++)
        if (effective_offers_login(m, m->listeners.v[i]))
            want_stances(&s, m->listeners.v[i]);
    for (size_t i = 0; s.list.n && i < m->users.n; i++)
        take_stances(&s, m->users.v[i]);
    for (size_t i = 0; s.list.n && i < m->listeners.n; i++)
        if (effective_offers_login(m, m->listeners.v[i]))
            judge_listener(&s, m->listeners.v[i]);
}
