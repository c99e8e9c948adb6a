#include <config.h>

#include "verify.h"

#include "effective.h"
#include "inbound.h"

/* Which VMTA the mail of clients leaves by.  */

/* What lines of a source make of that, from the least on.  */
enum choice { CHOICE_NONE, CHOICE_MAYBE, CHOICE_MADE };

/* What lets a message choose by itself, and how.  */
static const struct {
    enum target target;
    const char *how;
} choosers[] = {
    { TARGET_source_x_vmta, "by a header" },
    { TARGET_source_mailmerge, "by a merge variable" },
    { TARGET_source_api_submission, "by a merge variable" },
};

enum { N_CHOOSERS = sizeof choosers / sizeof choosers[0] };

static enum choice choice_of(const struct model *m, const struct lines *lines)
{
    if (line_find(lines, m->target[TARGET_source_default_vmta]))
        return CHOICE_MADE;
    bool maybe = line_find(lines, m->target[TARGET_source_pattern_list]);
    for (size_t i = 0; i < N_CHOOSERS; i++)
        maybe |= line_bool(lines, m->target[choosers[i].target]) == 1;
    return maybe ? CHOICE_MAYBE : CHOICE_NONE;
}

static enum choice most(enum choice a, enum choice b)
{
    return a > b ? a : b;
}

/* via-missing */

struct vias {
    const struct model *m;
    bool lengths[2][129];                /* there are rules by addresses of this length */
    enum choice everybody;               /* by the rule for all clients */
    const struct listener *login;        /* takes logins, and chooses least */
    const struct listener *open[N_FROM]; /* takes mail without login, and chooses least */
};

/* What the rules by address make of clients of 'cidr': all that hold it merge.  */
static enum choice choice_at(const struct vias *v, const struct cidr *cidr)
{
    enum choice best = CHOICE_NONE;
    for (unsigned bits = 0; bits <= cidr->bits && best != CHOICE_MADE; bits++) {
        char text[56];
        struct cidr wide = { cidr->addr, (uint8_t)bits };
        if (!v->lengths[cidr->addr.family == 6][bits])
            continue;
        wide = cidr_network(&wide);
        const struct rule *rule =
            map_get(&v->m->inbound->by_address, str_of(cidr_text(&wide, text)));
        if (rule)
            best = most(best, choice_of(v->m, &rule->lines));
    }
    return best;
}

static bool chooses_less(const struct vias *v, const struct listener *l, const struct listener *old)
{
    return !old || choice_of(v->m, l->effective) < choice_of(v->m, old->effective);
}

static bool takes_mail(const struct model *m, const struct listener *l)
{
    return !effective_requires_login(m, l) &&
           line_bool(l->effective, m->target[TARGET_source_relay]) != 0;
}

static void read_listeners(struct vias *v)
{
    for (size_t i = 0; i < v->m->listeners.n; i++) {
        const struct listener *l = v->m->listeners.v[i];
        unsigned from = takes_mail(v->m, l) ? effective_reached_from(l) : 0;
        if (effective_offers_login(v->m, l) && chooses_less(v, l, v->login))
            v->login = l;
        for (unsigned k = 0; k < N_FROM; k++)
            if (from >> k & 1 && chooses_less(v, l, v->open[k]))
                v->open[k] = l;
    }
}

static void read_addresses(struct vias *v)
{
    static const struct cidr all = { .addr = { .family = 4 } };
    const struct inbound *in = v->m->inbound;
    for (size_t i = 0; i < in->addresses.n; i++) {
        const struct cidr *c = &in->addresses.v[i]->cidr;
        v->lengths[c->addr.family == 6][c->bits] = true;
    }
    v->everybody = choice_at(v, &all);
}

/* 'what' stands before the name of those whose mail it is.  */
static void via_missing(const struct model *m, enum choice choice, struct span span,
                        const char *what, struct str name)
{
    bool maybe = choice == CHOICE_MAYBE;
    if (choice == CHOICE_MADE)
        return;
    struct diag *d = diag_at(m->diags, CHECK_via_missing, maybe ? LEVEL_NOTE : LEVEL_WARNING, span,
                             "mail %s `%.*s` leaves by `{default}`%s", what, STR_ARG(name),
                             maybe ? " where no header or pattern chooses a VMTA"
                                   : ": nothing chooses a VMTA for it");
    diag_help_topology(m->diags, d, "name one by `via VMTA`");
    diag_help_powermta(m->diags, d, "name one by `default-virtual-mta` in its source");
}

static void check_user(const struct vias *v, const struct user *u)
{
    if (line_bool(u->effective, v->m->target[TARGET_source_relay]) != 1)
        return;
    enum choice choice = most(v->everybody, choice_of(v->m, u->effective));
    via_missing(v->m, most(choice, choice_of(v->m, v->login->effective)), u->object.span,
                "of the user", u->object.name);
}

/* A listener that some may use without login: by 'allow', or whoever reaches it.  */
static void check_listener(const struct vias *v, const struct listener *l)
{
    bool all = line_bool(l->effective, v->m->target[TARGET_source_relay]) == 1;
    enum choice choice = all ? v->everybody : CHOICE_MADE;
    if ((!all && !l->allow.first) || !takes_mail(v->m, l))
        return;
    for (const struct prefix *x = l->allow.first; x && choice != CHOICE_NONE; x = x->next) {
        enum choice here = x->bad ? CHOICE_MADE : choice_at(v, &x->cidr);
        choice = here < choice ? here : choice;
    }
    via_missing(v->m, most(choice, choice_of(v->m, l->effective)), l->object.span, "handed in at",
                l->object.name);
}

/* Clients that may relay wherever no login is required.  */
static void check_prefix(const struct vias *v, const struct cidr *cidr, struct span span,
                         struct str name)
{
    unsigned from = effective_clients(cidr);
    enum choice choice = CHOICE_MADE;
    for (unsigned i = 0; i < N_FROM; i++) {
        const struct listener *l = from >> i & 1 ? v->open[i] : NULL;
        if (l && choice_of(v->m, l->effective) < choice)
            choice = choice_of(v->m, l->effective);
    }
    if (choice != CHOICE_MADE)
        via_missing(v->m, most(choice, choice_at(v, cidr)), span, "of the clients", name);
}

static void check_clients(const struct vias *v)
{
    const struct directive *relay = v->m->target[TARGET_source_relay];
    for (size_t i = 0; i < v->m->clients.n; i++) {
        const struct client *c = v->m->clients.v[i];
        int said = line_bool(&c->lines, relay);
        bool relays = said < 0 ? c->relay == 1 : said == 1;
        for (const struct prefix *x = relays ? c->prefixes.first : NULL; x; x = x->next)
            if (!x->bad)
                check_prefix(v, &x->cidr, c->object.span, c->object.name);
    }
    for (size_t i = 0; i < v->m->sources.n; i++) {
        const struct source_rule *s = v->m->sources.v[i];
        if (s->by_address && line_bool(&s->lines, relay) == 1)
            check_prefix(v, &s->cidr, s->object.span, s->object.name);
    }
}

/* What leaves by {default} has an address and a key of the whole server.  */
static bool default_is_set(const struct model *m)
{
    bool source = m->origins.first ||
                  line_find(&m->lines, m->target[TARGET_global_smtp_proxy_source_host]) ||
                  line_find(&m->lines, m->target[TARGET_global_smtp_source_ip]);
    return source && m->keys.first;
}

void verify_via_missing(const struct model *m)
{
    struct vias v = { .m = m };
    if (!m->vmtas.n || m->foreign_names || default_is_set(m))
        return;
    read_addresses(&v);
    read_listeners(&v);
    for (size_t i = 0; v.login && i < m->users.n; i++)
        check_user(&v, m->users.v[i]);
    for (size_t i = 0; i < m->listeners.n; i++)
        check_listener(&v, m->listeners.v[i]);
    check_clients(&v);
}

/* via-bypass */

/* Users with VMTAs of their own.  */
struct tenants {
    const struct model *m;
    const struct user *first, *other;         /* they have different ones */
    const struct user *silent[N_CHOOSERS];    /* says neither that he may choose nor that not */
    const struct listener *login[N_CHOOSERS]; /* with logins, and silent too */
};

static const struct line *via_line(const struct model *m, const struct user *u)
{
    const struct line *l = line_find(u->effective, m->target[TARGET_source_default_vmta]);
    return l && !l->bad ? l : NULL;
}

static bool has_other_via(const struct model *m, const struct user *a, const struct user *b)
{
    return b && !inbound_same(via_line(m, a), via_line(m, b));
}

/* Somebody with another VMTA than 'u', or NULL.  */
static const struct user *stranger(const struct tenants *t, const struct user *u)
{
    return has_other_via(t->m, u, t->first) ? t->first : t->other;
}

static void read_users(struct tenants *t)
{
    for (size_t i = 0; i < t->m->users.n; i++) {
        const struct user *u = t->m->users.v[i];
        if (!via_line(t->m, u))
            continue;
        if (!t->first)
            t->first = u;
        else if (!t->other && has_other_via(t->m, u, t->first))
            t->other = u;
        for (size_t k = 0; k < N_CHOOSERS; k++)
            if (!t->silent[k] && line_bool(u->effective, t->m->target[choosers[k].target]) < 0)
                t->silent[k] = u;
    }
}

/* The line in 'lines' that lets 'u' choose.  */
static void report_bypass(const struct tenants *t, const struct lines *lines, size_t chooser,
                          const struct user *u)
{
    const struct user *other = stranger(t, u);
    const struct line *line = line_find(lines, t->m->target[choosers[chooser].target]);
    struct diag *d =
        diag(t->m->diags, CHECK_via_bypass, line_span(line),
             "the user `%.*s` may choose the VMTA of the user `%.*s` %s", STR_ARG(u->object.name),
             STR_ARG(other->object.name), choosers[chooser].how);
    diag_also(t->m->diags, d, line_span(via_line(t->m, u)), "`via` is a default only");
    diag_also(t->m->diags, d, line_span(via_line(t->m, other)), "`%.*s` has this one",
              STR_ARG(other->object.name));
    diag_help(t->m->diags, d, "allow it only to users whose mail may leave by any VMTA");
}

static void check_users(const struct tenants *t)
{
    for (size_t i = 0; i < t->m->users.n; i++) {
        const struct user *u = t->m->users.v[i];
        for (size_t k = 0; k < N_CHOOSERS; k++)
            if (line_bool(u->effective, t->m->target[choosers[k].target]) == 1 && via_line(t->m, u))
                report_bypass(t, u->effective, k, u);
    }
}

static void check_logins(struct tenants *t)
{
    for (size_t i = 0; i < t->m->listeners.n; i++) {
        const struct listener *l = t->m->listeners.v[i];
        if (!effective_offers_login(t->m, l))
            continue;
        for (size_t k = 0; k < N_CHOOSERS; k++) {
            int said = line_bool(l->effective, t->m->target[choosers[k].target]);
            if (said == 1 && t->silent[k])
                report_bypass(t, l->effective, k, t->silent[k]);
            if (said < 0)
                t->login[k] = l;
        }
    }
}

/* What is said of addresses holds after a login too; whoever comes from this machine is one of
   us.  */
static void check_addresses(const struct tenants *t)
{
    for (size_t i = 0; i < t->m->inbound->addresses.n; i++) {
        const struct rule *rule = t->m->inbound->addresses.v[i];
        for (size_t k = 0; k < N_CHOOSERS; k++)
            if (line_bool(&rule->lines, t->m->target[choosers[k].target]) == 1 && t->silent[k] &&
                t->login[k] && cidr_kind(&rule->cidr) != ADDR_LOOPBACK)
                report_bypass(t, &rule->lines, k, t->silent[k]);
    }
}

void verify_via_bypass(const struct model *m)
{
    struct tenants t = { .m = m };
    if (m->users.n < 2)
        return;
    bool login = false;
    for (size_t i = 0; i < m->listeners.n && !login; i++)
        login = effective_offers_login(m, m->listeners.v[i]);
    if (login)
        read_users(&t);
    if (!t.other)
        return;
    check_users(&t);
    check_logins(&t);
    check_addresses(&t);
}
