#include <config.h>

#include "verify.h"

#include "effective.h"
#include "relay.h"

/* What a source that is bound to listeners opens: for everybody, for whoever logs in, or here.  */
enum opened { OPENED_LOCAL, OPENED_LOGIN, OPENED_SOME, OPENED_ALL };

static enum opened opened_by(const struct relay *r, const struct relay_door *door)
{
    struct relay_size size = relay_size(r, door->open.all);
    if (!relay_is_outside(door))
        return OPENED_LOCAL;
    if (!door->open.all.n)
        return OPENED_LOGIN;
    return relay_is_anybody(&size) ? OPENED_ALL : OPENED_SOME;
}

/* A right in a source bound to listeners, and the listener where it opens most.  */
struct bound_right {
    const struct lines *lines;
    const struct listener *listener;
    enum opened opened;
};

struct bound_rights {
    VEC(struct bound_right) list;
    struct map index; /* address of the lines to number in the list, from 1 */
};

static void add_bound(const struct model *m, struct bound_rights *rights, size_t i)
{
    const struct listener *l = m->listeners.v[i];
    struct bound_right found = { l->effective, l, opened_by(m->relay, m->relay->of[i]) };
    struct str key = { (const char *)&found.lines, sizeof found.lines };
    void **slot = map_find(&rights->index, key);
    if (!slot) {
        VEC_PUSH(m->scratch, &rights->list, found);
        *map_add(&rights->index, arena_str(m->scratch, key)) = (void *)(uintptr_t)rights->list.n;
    } else if (rights->list.v[(uintptr_t)*slot - 1].opened < found.opened) {
        rights->list.v[(uintptr_t)*slot - 1] = found;
    }
}

/* All of them, each source once.  */
static struct bound_rights bound_rights(const struct model *m)
{
    struct bound_rights rights = { .index = { .arena = m->scratch, .exact = true } };
    for (size_t i = 0; i < m->listeners.n; i++)
        if (m->relay->of[i]->own[RELAY_RIGHT] == 1)
            add_bound(m, &rights, i);
    return rights;
}

static struct span right_span(const struct model *m, const struct lines *lines)
{
    return line_span(effective_line(m, lines, TARGET_source_relay));
}

/* relay-open, relay-wide */

/* Rules that were spoken of.  */
struct told {
    const struct model *m;
    struct map rules; /* by their address */
};

static bool is_told(const struct told *told, const struct rule *rule)
{
    return map_find(&told->rules, (struct str){ (const char *)&rule, sizeof rule }) != NULL;
}

static void tell(struct told *told, const struct rule *rule)
{
    struct str key = { (const char *)&rule, sizeof rule };
    *map_add(&told->rules, arena_str(told->m->scratch, key)) = NULL;
}

static void anybody(const struct model *m, struct span span, const struct listener *l)
{
    struct diag *d =
        diag(m->diags, CHECK_relay_open, span, "anybody may send mail to anybody by way of `%.*s`",
             STR_ARG(l->object.name));
    diag_also(m->diags, d, l->object.span, "mail is taken without login here");
    diag_help_topology(m->diags, d, "name the networks that may relay, or say `auth required`");
    diag_help_powermta(
        m->diags, d,
        "write `always-allow-relaying` for the networks that may relay, or `require-auth yes`");
}

/* Shows some of the networks behind the first.  */
static void also_others(const struct model *m, struct diag *d, const struct relay_share *shares,
                        size_t n)
{
    enum { SHOWN = 3 };
    for (size_t i = 1; i < n && i < SHOWN; i++)
        diag_also(m->diags, d, right_span(m, &shares[i].rule->lines), "and these");
}

/* Networks none of which is everybody's, and that are so together.  */
static void together(const struct model *m, const struct relay_share *shares, size_t n,
                     const struct listener *l)
{
    struct diag *d = diag(m->diags, CHECK_relay_open, right_span(m, &shares[0].rule->lines),
                          "%zu networks hold so many addresses that anybody may send mail to "
                          "anybody by way of `%.*s`",
                          n, STR_ARG(l->object.name));
    also_others(m, d, shares, n);
    diag_also(m->diags, d, l->object.span, "mail is taken without login here");
    diag_help_topology(m->diags, d, "name fewer networks, or say `auth required`");
    diag_help_powermta(m->diags, d, "name fewer networks, or write `require-auth yes`");
}

static struct relay_size sum_of(const struct relay_share *shares, size_t n)
{
    struct relay_size sum = { { 0, 0 }, { 0, 0 } };
    for (size_t i = 0; i < n; i++) {
        sum.v4 = addr_count_add(sum.v4, shares[i].size.v4);
        sum.v6 = addr_count_add(sum.v6, shares[i].size.v6);
    }
    return sum;
}

/* Takes out the shares of rules that were spoken of, and puts the widest of the rest first.  */
static size_t keep_untold(const struct told *told, struct relay_share *shares, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_told(told, shares[i].rule))
            continue;
        struct relay_share share = shares[i];
        bool wider = kept && (addr_count_cmp(share.size.v6, shares[0].size.v6) > 0 ||
                              addr_count_cmp(share.size.v4, shares[0].size.v4) > 0);
        shares[kept] = wider ? shares[0] : share;
        if (wider)
            shares[0] = share;
        kept++;
    }
    return kept;
}

/* Judges the rules by address that open a door: each alone, then what is left together.  */
static void judge_open(struct told *told, const struct relay_door *door, struct relay_share *shares,
                       size_t n)
{
    const struct model *m = told->m;
    for (size_t i = 0; i < n; i++) {
        if (is_told(told, shares[i].rule) || !relay_is_anybody(&shares[i].size))
            continue;
        anybody(m, right_span(m, &shares[i].rule->lines), door->first);
        tell(told, shares[i].rule);
    }
    n = keep_untold(told, shares, n);
    struct relay_size rest = sum_of(shares, n);
    if (!relay_is_anybody(&rest))
        return;
    together(m, shares, n, door->first);
    for (size_t i = 0; i < n; i++)
        tell(told, shares[i].rule);
}

static void judge_wide(struct told *told, const struct relay_door *door, struct relay_share *shares,
                       size_t n)
{
    const struct model *m = told->m;
    struct relay_size all = sum_of(shares, n), first;
    if (relay_is_anybody(&all) || keep_untold(told, shares, n) < n || !relay_is_wide(&all))
        return;
    first = shares[0].size;
    bool alone = relay_is_wide(&first) != RELAY_NARROW;
    bool four = relay_is_wide(&all) == RELAY_WIDE_4;
    struct diag *d = diag(m->diags, CHECK_relay_wide, right_span(m, &shares[0].rule->lines),
                          "%s may relay without login by way of `%.*s`: more addresses than a "
                          "%s has",
                          alone ? "these clients" : "these clients and others",
                          STR_ARG(door->first->object.name), four ? "/16" : "/48");
    if (!alone)
        also_others(m, d, shares, n);
    diag_help_topology(m->diags, d,
                       "name the networks of your own clients, or say `auth required`");
    diag_help_powermta(m->diags, d,
                       "name the networks of your own clients, or write `require-auth yes`");
    for (size_t i = 0; i < n; i++)
        tell(told, shares[i].rule);
}

/* Judges every door that strangers can come to, under each reading.  */
static void each_door(const struct model *m, void (*judge)(struct told *, const struct relay_door *,
                                                           struct relay_share *, size_t))
{
    struct told told = { m, { .arena = m->scratch, .exact = true } };
    for (size_t i = 0; i < m->relay->doors.n; i++) {
        const struct relay_door *door = m->relay->doors.v[i];
        for (int reading = 0; relay_is_outside(door) && reading < RELAY_READINGS; reading++) {
            struct relay_share *shares = NULL;
            size_t n = relay_shares(m->relay, door, reading, &shares);
            if (n)
                judge(&told, door, shares, n);
        }
    }
}

/* Somebody from outside may hand in mail without login, for whatever recipients are taken; where
   the listener is in another file nobody knows better.  */
static bool strangers_come(const struct model *m)
{
    for (size_t i = 0; i < m->relay->doors.n; i++) {
        const struct relay_door *door = m->relay->doors.v[i];
        struct relay_size size = relay_size(m->relay, door->mail);
        if (relay_is_outside(door) && relay_is_anybody(&size))
            return true;
    }
    return !m->listeners.n;
}

static void check_recipients(const struct model *m)
{
    bool asked = false, come = false;
    for (size_t i = 0; i < m->relay->recipients.n; i++) {
        const struct relay_recipient *x = &m->relay->recipients.v[i];
        if (!x->all)
            continue;
        come = asked ? come : strangers_come(m);
        asked = true;
        struct diag *d =
            diag_at(m->diags, CHECK_relay_open, come ? LEVEL_ERROR : LEVEL_WARNING, x->span,
                    come ? "mail for every recipient is taken from anybody"
                         : "mail for every recipient is taken from whoever need not log in");
        diag_help(m->diags, d, "name the domains whose mail this server receives%s",
                  x->arg->pattern ? ", as in `/@acme\\.example$/`" : "");
    }
}

/* As many clients as make an open relay: see relay_is_anybody.  */
static bool is_everybody(const struct cidr *c)
{
    return cidr_is_any(c) ||
           (cidr_kind(c) == ADDR_PUBLIC && c->bits < (c->addr.family == 6 ? 32 : 9));
}

/* Of a part of a configuration, or where a listener cannot be read, nothing is proved.  What is
   said for all clients there is worth a word all the same.  */
static void open_in_parts(const struct model *m)
{
    const struct directive *relay = m->target[TARGET_source_relay];
    for (size_t i = 0; i < m->sources.n; i++) {
        const struct source_rule *s = m->sources.v[i];
        if (!s->by_address || !is_everybody(&s->cidr) ||
            effective_said(m, &s->lines, TARGET_source_relay) != 1)
            continue;
        bool login = effective_said(m, &s->lines, TARGET_source_require_auth) == 1;
        struct diag *d =
            diag_at(m->diags, login ? CHECK_relay_wide : CHECK_relay_open, LEVEL_WARNING,
                    right_span(m, &s->lines),
                    login ? "only that login is required keeps this from being an open relay"
                          : "this is an open relay on every listener that anybody reaches");
        diag_help(m->diags, d, "write `%s` in a <source CIDR> for each network that may",
                  relay->name);
    }
}

void verify_relay_open(const struct model *m)
{
    size_t calls = m->diags->n_calls;
    struct bound_rights rights = bound_rights(m);
    for (size_t i = 0; i < rights.list.n; i++)
        if (rights.list.v[i].opened == OPENED_ALL)
            anybody(m, right_span(m, rights.list.v[i].lines), rights.list.v[i].listener);
    each_door(m, judge_open);
    check_recipients(m);
    if (m->raw && (m->foreign_names || m->diags->n_faults) && calls == m->diags->n_calls)
        open_in_parts(m);
}

void verify_relay_wide(const struct model *m)
{
    each_door(m, judge_wide);
}

/* relay-listener-source */

static void bound(const struct model *m, const struct bound_right *right)
{
    static const struct {
        enum level level;
        const char *before, *after; /* the listener's name stands between */
        const char *help, *written; /* in a topology, in a configuration that is read */
    } rows[] = {
        [OPENED_LOCAL] = { LEVEL_NOTE, "every program of this machine that reaches `",
                           "` may relay", "name them: `allow ADDRESS`",
                           "write a <source> for them" },
        [OPENED_LOGIN] = { LEVEL_WARNING, "only that login is required keeps `",
                           "` from being an open relay",
                           "leave it out here: users have this right in their own sources",
                           "leave it out here, and write it in the sources of the users" },
        [OPENED_SOME] = { LEVEL_ERROR, "whoever reaches `", "` may relay",
                          "say who may: `allow CIDR`, `client NAME CIDR { relay yes }` or a user",
                          "write it in a <source CIDR> for each network that may" },
    };
    struct diag *d = diag_at(m->diags, CHECK_relay_listener_source, rows[right->opened].level,
                             right_span(m, right->lines), "%s%.*s%s", rows[right->opened].before,
                             STR_ARG(right->listener->object.name), rows[right->opened].after);
    diag_also(m->diags, d, right->listener->object.span, "the listener");
    diag_help_topology(m->diags, d, "%s", rows[right->opened].help);
    diag_help_powermta(m->diags, d, "%s", rows[right->opened].written);
}

void verify_relay_listener_source(const struct model *m)
{
    struct bound_rights rights = bound_rights(m);
    for (size_t i = 0; i < rights.list.n; i++)
        if (rights.list.v[i].opened != OPENED_ALL)
            bound(m, &rights.list.v[i]);
}
