#include <config.h>

#include "verify.h"

#include "relay.h"

/* PowerMTA decides by the client's address, on every listener alike, so that what one listener
   allows may be open on another that never said so.  */

struct leaks {
    const struct model *m;
    struct addrset *allowed; /* by each listener, as far as they can reach it */
    struct addrset meant;    /* for every listener: clients, sources by address */
    size_t *told;            /* number from 1 of the listener that each was said to leak to */
    size_t **clear;          /* for each and by site: that many listeners from the first on allow
                                all that it does; listeners that allow the same share it */
};

/* Doors where rules by address decide without a login.  */
struct site {
    const struct relay_door *door;
    struct addrset open;   /* can relay there, though it was not meant for every listener */
    struct addrset common; /* what all its listeners allow */
};

struct sites {
    struct site *v;
    size_t n, cap;
};

static bool says_relay(const struct model *m, const struct lines *lines, int word)
{
    int said = line_bool(lines, m->target[TARGET_source_relay]);
    return said < 0 ? word == 1 : said == 1;
}

/* The networks that may relay on every listener.  */
static struct addrset meant_for_all(const struct model *m)
{
    VEC(struct cidr) list = { 0 };
    for (size_t i = 0; i < m->clients.n; i++) {
        const struct client *c = m->clients.v[i];
        if (!says_relay(m, &c->lines, c->relay))
            continue;
        for (const struct prefix *x = c->prefixes.first; x; x = x->next)
            if (!x->bad)
                VEC_PUSH(m->scratch, &list, x->cidr);
    }
    for (size_t i = 0; i < m->sources.n; i++)
        if (m->sources.v[i]->by_address && says_relay(m, &m->sources.v[i]->lines, 0))
            VEC_PUSH(m->scratch, &list, m->sources.v[i]->cidr);
    return addrset_of(m->scratch, list.v, list.n);
}

/* 'set' as far as it can reach the door; a local program reaches another address of the machine
   from that address, not from loopback.  */
static struct addrset reaching(const struct model *m, const struct relay_door *door,
                               struct addrset set)
{
    static const struct cidr loopback[] = { { { { 127 }, 4 }, 8 }, { { { [15] = 1 }, 6 }, 128 } };
    struct addrset local = addrset_of(m->scratch, loopback, 2);
    set = addrset_intersect(m->scratch, set, door->from);
    if (door->reach & (RELAY_LOOPBACK_4 | RELAY_LOOPBACK_6))
        return set;
    return addrset_minus(m->scratch, set, local);
}

static struct addrset allowed_by(const struct model *m, size_t i)
{
    VEC(struct cidr) list = { 0 };
    for (const struct prefix *x = m->listeners.v[i]->allow.first; x; x = x->next)
        if (!x->bad)
            VEC_PUSH(m->scratch, &list, x->cidr);
    return reaching(m, m->relay->of[i], addrset_of(m->scratch, list.v, list.n));
}

/* Some address of 'set' is not in 'fine' and can relay.  */
static bool leaks(const struct leaks *k, struct addrset set, struct addrset fine,
                  struct addrset open)
{
    struct addrset rest = addrset_minus(k->m->scratch, set, fine);
    for (size_t i = 0; i < rest.n; i++)
        if (addrset_meets(open, &rest.v[i]))
            return true;
    return false;
}

/* The first prefix of listener 'i' that is open on listener 'to' of the site, which does not allow
   it; or NULL.  */
static const struct prefix *leak(const struct leaks *k, const struct site *site, size_t i,
                                 size_t to)
{
    const struct model *m = k->m;
    if (!leaks(k, k->allowed[i], k->allowed[to], site->open))
        return NULL;
    for (const struct prefix *x = m->listeners.v[i]->allow.first; x; x = x->next) {
        struct addrset one = addrset_of(m->scratch, &x->cidr, x->bad ? 0 : 1);
        one = addrset_intersect(m->scratch, one, k->allowed[i]);
        if (leaks(k, one, k->allowed[to], site->open))
            return x;
    }
    return NULL;
}

static const char *cure(const struct listener *to)
{
    if (to->allow.first)
        return "PowerMTA knows clients by their address alone: allow the same on both, or say "
               "`auth required` on one";
    return to->auth == AUTH_OPTIONAL ? "allow them there too, or say `auth required` there"
                                     : "allow them there too, or say `always-allow-relaying no`";
}

/* Two listeners that are open to each other's clients are one fault.  Where only programs of this
   machine reach the other one nobody else gains anything by it.  */
static void report(const struct leaks *k, const struct site *site, size_t i, size_t to,
                   const struct prefix *x)
{
    const struct model *m = k->m;
    const struct listener *from = m->listeners.v[i], *other = m->listeners.v[to];
    const struct prefix *back = m->relay->of[i] == site->door ? leak(k, site, to, i) : NULL;
    enum level level = relay_is_outside(site->door) ? LEVEL_ERROR : LEVEL_NOTE;
    struct diag *d =
        diag_at(m->diags, CHECK_relay_allow_leaks, level, x->span,
                "these clients may relay by way of `%.*s` too, which does not allow them",
                STR_ARG(other->object.name));
    diag_also(m->diags, d, other->object.span, "the other listener");
    if (back)
        diag_also(m->diags, d, back->span, "and these, in turn, by way of `%.*s`",
                  STR_ARG(from->object.name));
    diag_help(m->diags, d, "%s", cure(other));
}

/* What a listener allows gives a right: no login is required, and it is not everybody, which
   'relay-open' speaks of.  */
static bool gives(const struct leaks *k, size_t i)
{
    if (k->m->listeners.v[i]->auth == AUTH_REQUIRED || !k->allowed[i].n)
        return false;
    struct relay_size size = relay_size(k->m->relay, k->allowed[i]);
    return !relay_is_anybody(&size);
}

/* Looks for the first listener of site 'n' that is open to what listener 'i' allows.  */
static bool find_leak(const struct leaks *k, const struct site *site, size_t n, size_t i)
{
    size_t *clear = &k->clear[i][n];
    if (!leaks(k, k->allowed[i], site->common, site->open))
        return false;
    for (size_t to = *clear; to < k->m->listeners.n; to++) {
        bool other = k->m->relay->of[to] == site->door;
        if (other && k->told[to] == i + 1)
            continue;
        const struct prefix *x = other ? leak(k, site, i, to) : NULL;
        *clear += to == *clear && !x;
        if (!x)
            continue;
        report(k, site, i, to, x);
        k->told[i] = to + 1;
        return true;
    }
    return false;
}

/* Finds what each listener allows.  */
static void find_allowed(struct leaks *k)
{
    const struct model *m = k->m;
    struct map sets = { .arena = m->scratch, .exact = true };
    k->allowed = NEW_ARRAY(m->scratch, struct addrset, m->listeners.n);
    k->told = NEW_ARRAY(m->scratch, size_t, m->listeners.n);
    k->clear = NEW_ARRAY(m->scratch, size_t *, m->listeners.n);
    for (size_t i = 0; i < m->listeners.n; i++) {
        struct addrset set = k->allowed[i] = allowed_by(m, i);
        if (!set.n)
            continue; /* gives nothing away */
        void **slot = map_add(&sets, (struct str){ (const char *)set.v, set.n * sizeof *set.v });
        if (!*slot)
            *slot = NEW_ARRAY(m->scratch, size_t, m->relay->doors.n);
        k->clear[i] = *slot;
    }
}

static struct site site_of(const struct leaks *k, const struct relay_door *door)
{
    const struct model *m = k->m;
    struct site site = { door, reaching(m, door, door->open.all), { NULL, 0 } };
    bool first = true;
    site.open = addrset_minus(m->scratch, site.open, k->meant);
    for (size_t i = 0; site.open.n && i < m->listeners.n; i++) {
        if (m->relay->of[i] != door)
            continue;
        site.common =
            first ? k->allowed[i] : addrset_intersect(m->scratch, site.common, k->allowed[i]);
        first = false;
    }
    return site;
}

static void add_site(const struct leaks *k, const struct relay_door *door, struct sites *sites)
{
    struct site site = site_of(k, door);
    if (site.open.n && door->own[RELAY_RIGHT] < 0)
        VEC_PUSH(k->m->scratch, sites, site);
}

static bool has_allow(const struct model *m)
{
    for (size_t i = 0; i < m->listeners.n; i++)
        if (m->listeners.v[i]->allow.first)
            return m->listeners.n > 1;
    return false;
}

void verify_relay_allow_leaks(const struct model *m)
{
    struct leaks k = { .m = m };
    struct sites sites = { 0 };
    if (!has_allow(m))
        return;
    k.meant = meant_for_all(m);
    find_allowed(&k);
    for (int outside = 1; outside >= 0; outside--) /* errors before notes: one is told */
        for (size_t i = 0; i < m->relay->doors.n; i++)
            if (relay_is_outside(m->relay->doors.v[i]) == outside)
                add_site(&k, m->relay->doors.v[i], &sites);
    for (size_t i = 0; i < m->listeners.n; i++)
        for (size_t n = gives(&k, i) ? 0 : sites.n; n < sites.n; n++)
            if (find_leak(&k, &sites.v[n], n, i))
                break;
}
