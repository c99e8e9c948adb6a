#include <config.h>

#include "report-relay.h"

#include <inttypes.h>

enum { WIDTH = 90, COLUMN = 26, PREFIXES = 8, NAMES = 6 };

/* Words that flow into a column, one item behind the other.  */
struct flow {
    struct buf *out;
    size_t used; /* columns of this line */
    bool glue;   /* nothing between this item and the last */
    size_t shown;
};

/* Characters of 'text', for columns.  */
static size_t columns(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return n;
}

static struct flow row(struct buf *out, const char *label)
{
    buf_printf(out, "    %-*s", COLUMN - 4, label);
    return (struct flow){ .out = out, .used = COLUMN, .glue = true };
}

/* Adds 'word', which stays in one line, and what closes it.  */
static void put(struct flow *f, struct str word)
{
    size_t n = columns(word);
    if (!f->glue && f->used + 1 + n > WIDTH) {
        buf_char(f->out, '\n');
        buf_fill(f->out, ' ', COLUMN);
        f->used = COLUMN;
        f->glue = true;
    }
    if (!f->glue)
        buf_char(f->out, ' ');
    buf_put(f->out, word);
    f->used += n + !f->glue;
    f->glue = false;
}

static void put_text(struct flow *f, const char *text)
{
    put(f, str_of(text));
}

static void end_row(struct flow *f)
{
    buf_char(f->out, '\n');
}

/* A text with its separator: a comma before more.  */
static void put_item(struct flow *f, struct str item, bool more)
{
    struct buf text = { .arena = f->out->arena };
    diag_escape(&text, item);
    if (more)
        buf_char(&text, ',');
    put(f, buf_str(&text));
}

/* A number in groups of three digits.  */
static struct str number_text(struct arena *arena, uint64_t n)
{
    struct buf text = { .arena = arena };
    struct str digits = arena_printf(arena, "%" PRIu64, n);
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0)
            buf_char(&text, ' ');
        buf_char(&text, digits.p[i]);
    }
    return buf_str(&text);
}

/* About how many: an exponent of two.  */
static unsigned magnitude(struct addr_count n)
{
    unsigned bits = 0;
    for (uint64_t half = n.hi ? n.hi : n.lo; half > 1; half >>= 1)
        bits++;
    return bits + (n.hi ? 64 : 0);
}

/* How many prefixes are not shown, and how many addresses all of them have.  */
static void put_rest(struct flow *f, struct addrset set, size_t hidden)
{
    struct arena *arena = f->out->arena;
    struct addr_count v4 = addrset_count(set, 4), v6 = addrset_count(set, 6);
    put(f, arena_printf(arena, "and %.*s more,", STR_ARG(number_text(arena, hidden))));
    put_text(f, "in all");
    if (v4.lo)
        put(f, arena_printf(arena, "%.*s IPv4 addresses%s", STR_ARG(number_text(arena, v4.lo)),
                            v6.lo || v6.hi ? " and" : ""));
    if (v6.hi)
        put(f, arena_printf(arena, "about 2^%u IPv6 addresses", magnitude(v6)));
    else if (v6.lo)
        put(f, arena_printf(arena, "%.*s IPv6 addresses", STR_ARG(number_text(arena, v6.lo))));
}

static void put_cidrs(struct flow *f, struct addrset set, const struct cidr *cidrs, size_t n)
{
    size_t shown = n > PREFIXES + 1 ? PREFIXES : n;
    char text[56];
    for (size_t i = 0; i < shown; i++)
        put_item(f, str_of(cidr_text(&cidrs[i], text)), i + 1 < n);
    if (shown < n)
        put_rest(f, set, n - shown);
}

static struct addrset of_family(struct arena *arena, struct addrset set, uint8_t family)
{
    struct cidr all = { .addr = { .family = family } };
    return addrset_intersect(arena, set, addrset_of(arena, &all, 1));
}

/* The part of a set in one family: all of it, all but a few, or the prefixes.  */
static void put_family(struct flow *f, struct addrset set, struct addrset from, uint8_t family,
                       bool more)
{
    struct arena *arena = f->out->arena;
    struct addrset part = of_family(arena, set, family), all = of_family(arena, from, family);
    struct addrset others = addrset_minus(arena, all, part);
    size_t n, n_others;
    const struct cidr *cidrs = addrset_cidrs(arena, part, &n);
    const struct cidr *rest = addrset_cidrs(arena, others, &n_others);
    if (!part.n)
        return;
    if (n_others < n) {
        put(f, arena_printf(arena, "every IPv%u address%s", (unsigned)family,
                            n_others || !more ? "" : ","));
        if (n_others) {
            put_text(f, "but");
            put_cidrs(f, others, rest, n_others);
        }
    } else {
        put_cidrs(f, part, cidrs, n);
    }
    if (more && (n_others || n_others >= n))
        put_text(f, "and");
}

/* 'set' out of those that can come 'from'.  */
static void put_set(struct flow *f, struct addrset set, const struct relay_door *door)
{
    struct arena *arena = f->out->arena;
    if (!set.n)
        put_text(f, "nobody");
    else if (addrset_equal(set, door->from))
        put_text(f, relay_is_outside(door) ? "everybody" : "every program of this machine");
    else {
        put_family(f, set, door->from, 4, of_family(arena, set, 6).n > 0);
        put_family(f, set, door->from, 6, false);
    }
}

static void put_names(struct flow *f, const struct str *names, size_t n)
{
    size_t shown = n > NAMES + 1 ? NAMES : n;
    for (size_t i = 0; i < shown; i++)
        put_item(f, names[i], i + 1 < n);
    if (shown < n)
        put(f, arena_printf(f->out->arena, "and %.*s more",
                            STR_ARG(number_text(f->out->arena, n - shown))));
}

/* Users whose logins let the same clients relay at a door.  */
struct group {
    const struct relay_clients *clients;
    VEC(struct str) names;
};

typedef VEC(struct group) groups;

static bool same_clients(const struct relay_clients *a, const struct relay_clients *b)
{
    return addrset_equal(a->all, b->all) && addrset_equal(a->clear, b->clear);
}

static void add_login(struct arena *arena, groups *list, const struct relay_clients *clients,
                      const struct relay_login *login)
{
    size_t i = 0;
    while (i < list->n && !same_clients(list->v[i].clients, clients))
        i++;
    if (i == list->n)
        VEC_PUSH(arena, list, (struct group){ .clients = clients });
    for (size_t k = 0; k < login->users.n; k++)
        VEC_PUSH(arena, &list->v[i].names, login->users.v[k]->object.name);
}

/* The logins that let anybody at all relay at a door.  */
static groups groups_of(struct arena *arena, const struct relay *r, const struct relay_door *door)
{
    groups list = { 0 };
    for (size_t i = 0; i < r->logins.n; i++)
        if (door->logins[i].all.n)
            add_login(arena, &list, &door->logins[i], &r->logins.v[i]);
    return list;
}

static void print_logins(struct buf *out, const groups *list, const struct relay_door *door)
{
    struct flow f = row(out, "after login");
    if (!list->n)
        put_text(&f, "nobody");
    for (size_t i = 0; i < list->n; i++) {
        if (i) {
            end_row(&f);
            f = row(out, "");
        }
        put_set(&f, list->v[i].clients->all, door);
        put_text(&f, "as");
        put_names(&f, list->v[i].names.v, list->v[i].names.n);
    }
    end_row(&f);
}

/* The part of 'clients' that can come in clear text, behind the words for it.  */
static void put_clear(struct flow *f, const struct relay_clients *clients,
                      const struct relay_door *door)
{
    if (addrset_equal(clients->clear, clients->all) && !addrset_equal(clients->all, door->from))
        put_text(f, "the same");
    else
        put_set(f, clients->clear, door);
}

static void print_clear(struct buf *out, const groups *list, const struct relay_door *door)
{
    struct flow f = row(out, "in clear text");
    bool first = true;
    if (door->open.clear.n) {
        put_text(&f, "without login:");
        put_clear(&f, &door->open, door);
        first = false;
    }
    for (size_t i = 0; i < list->n; i++) {
        if (!list->v[i].clients->clear.n)
            continue;
        if (!first) {
            end_row(&f);
            f = row(out, "");
        }
        put_text(&f, "after login:");
        put_clear(&f, list->v[i].clients, door);
        if (list->n > 1) {
            put_text(&f, "as");
            put_names(&f, list->v[i].names.v, list->v[i].names.n);
        }
        first = false;
    }
    if (first)
        put_text(&f, "nobody");
    end_row(&f);
}

/* What anybody may send to: the names of the server, and what lines add.  */
static void print_recipients(struct buf *out, const struct relay_door *door,
                             const struct str *names, size_t n)
{
    struct flow f = row(out, "anybody may send to");
    if (!door->mail.n) {
        put_text(&f, "nothing: nobody is served without login");
        end_row(&f);
        return;
    }
    put_names(&f, names, n);
    if (!addrset_equal(door->mail, door->from)) {
        f.glue = true;
        put_text(&f, ";");
        put_text(&f, "from");
        put_set(&f, door->mail, door);
    }
    end_row(&f);
}

/* The recipients that anybody may send to, as they are shown.  */
static size_t recipient_names(const struct relay *r, struct arena *arena, struct str **names)
{
    VEC(struct str) list = { 0 };
    struct str *more;
    size_t n = report_host_names(r, &more);
    for (size_t i = 0; i < r->recipients.n; i++) {
        const struct relay_recipient *x = &r->recipients.v[i];
        struct str text = x->arg->text;
        if (x->arg->pattern)
            text = arena_printf(arena, "/%.*s/", STR_ARG(text));
        if (x->all)
            text = arena_printf(arena, "%.*s (everybody)", STR_ARG(text));
        VEC_PUSH(arena, &list, text);
    }
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(arena, &list, more[i]);
    if (!list.n)
        VEC_PUSH(arena, &list, STR("the host name of the system"));
    *names = list.v;
    return list.n;
}

/* The line above a door for each listener that has it.  */
static void print_listeners(struct buf *out, const struct relay *r, const struct relay_door *door)
{
    for (size_t i = 0; i < r->model->listeners.n; i++) {
        const struct listener *l = r->model->listeners.v[i];
        struct flow f = { .out = out, .glue = true };
        if (r->of[i] != door)
            continue;
        put_text(&f, "listener");
        put(&f, l->object.name);
        for (const struct endpoint *e = l->written ? NULL : l->endpoints; e; e = e->next)
            put_item(&f, e->arg.text, e->next != NULL);
        end_row(&f);
    }
}

static void print_door(struct buf *out, const struct relay *r, const struct relay_door *door,
                       const struct str *names, size_t n)
{
    groups list = groups_of(out->arena, r, door);
    print_listeners(out, r, door);
    struct flow f = row(out, "without login");
    put_set(&f, door->open.all, door);
    end_row(&f);
    print_logins(out, &list, door);
    print_clear(out, &list, door);
    print_recipients(out, door, names, n);
}

static void print_host(struct buf *out, const struct relay *r)
{
    const struct model *m = r->model;
    struct str *names;
    size_t n = recipient_names(r, out->arena, &names);
    if (!m->listeners.n)
        buf_text(out, m->fragment ? "no listener here\n" : "no listener\n");
    for (size_t i = 0; i < r->doors.n; i++) {
        if (i)
            buf_char(out, '\n');
        print_door(out, r, r->doors.v[i], names, n);
    }
    if (m->foreign_names)
        buf_text(out, "\nFiles that only the server reads may say otherwise.\n");
    if (m->fragment)
        buf_text(out, "\nThe configuration that includes this may say otherwise.\n");
}

static void report_text(const struct report *r, struct buf *out)
{
    if (!r->whole)
        buf_text(out, "The input has errors: what they are about may be missing here.\n");
    for (size_t i = 0; i < r->n; i++) {
        report_host(r->models[i], out);
        print_host(out, r->models[i]->relay);
    }
}

void report_relay(const struct report *r, struct buf *out)
{
    if (r->json)
        report_relay_json(r, out);
    else
        report_text(r, out);
}
