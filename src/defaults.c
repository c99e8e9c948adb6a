#include <config.h>

#include "defaults.h"

#include "buf.h"

/* What all lines say of one directive.  */
struct defaults_said {
    unsigned char where; /* it is set otherwise than usual, as bits */
    bool odd;            /* anywhere */
    bool mixed, widest;  /* of lines in domains: two differ; the server's <domain *> has one */
    struct str value;    /* of the first one of those; 'p' NULL: there is none */
};

enum {
    BY_SERVER = 1,
    BY_POOL = 2,
    BY_WIDE_DOMAIN = 4,
    BY_NETWORK = 8,
    BY_AUTH = 16,
    BY_DOMAIN = 32
};

void defaults_init(struct defaults *d, struct arena *arena, const struct model *m)
{
    *d = (struct defaults){ .arena = arena, .target = m->target };
    d->said = NEW_ARRAY(arena, struct defaults_said, dict_count());
    d->at = d->networks = (struct map){ .arena = arena, .exact = true };
    d->text.arena = arena;
}

bool defaults_is_usual(const struct directive *dir, struct str value, struct arena *arena)
{
    return !dir->repeatable && dir->fallback[0] &&
           str_eq(value, dict_normal(dir, 0, str_of(dir->fallback), arena));
}

static struct defaults_said *said_of(const struct defaults *d, const struct directive *dir)
{
    return &d->said[dir - dict_at(0)];
}

static bool is_wide(struct str pattern)
{
    return str_find(pattern, '*') < pattern.n || str_find(pattern, '[') < pattern.n ||
           str_find(pattern, '$') < pattern.n;
}

static bool is_any(struct str pattern)
{
    return str_eq(pattern, STR("*"));
}

static bool is_server_any(const struct defaults_place *p)
{
    return p->scope == SCOPE_domain && p->parent == SCOPE_global && is_any(p->arg);
}

static struct str place_key(struct defaults *d, const struct directive *dir, struct str place)
{
    d->text.n = 0;
    buf_printf(&d->text, "%zu ", (size_t)(dir - dict_at(0)));
    for (size_t i = 0; i < place.n; i++)
        buf_char(&d->text, to_lower(place.p[i]));
    return buf_str(&d->text);
}

static void note_place(struct defaults *d, struct map *map, const struct directive *dir,
                       struct str place)
{
    struct str key = place_key(d, dir, place);
    if (!map_find(map, key))
        *map_add(map, arena_str(d->arena, key)) = d;
}

static bool network_of(const struct defaults_place *p, struct cidr *cidr)
{
    struct fault fault;
    if (p->scope != SCOPE_source || !value_cidr(p->arg, cidr, &fault))
        return false;
    *cidr = cidr_network(cidr);
    return true;
}

static struct str network_text(const struct cidr *cidr, char text[56])
{
    return str_of(cidr_text(cidr, text));
}

static void note_network(struct defaults *d, const struct directive *dir, const struct cidr *cidr)
{
    char text[56];
    note_place(d, &d->networks, dir, network_text(cidr, text));
    for (size_t i = 0; i < d->widths.n; i++)
        if (d->widths.v[i].bits == cidr->bits && d->widths.v[i].addr.family == cidr->addr.family)
            return;
    VEC_PUSH(d->arena, &d->widths, *cidr);
}

static bool is_nested(const struct defaults_place *p)
{
    return p->parent == SCOPE_virtual_mta || p->parent == SCOPE_virtual_mta_pool;
}

static void note_domain(struct defaults *d, const struct defaults_place *p,
                        const struct directive *dir)
{
    if (is_nested(p) && p->widened)
        *p->widened |= is_wide(p->arg) ? line_bit(dir) : 0;
    if (p->parent == SCOPE_virtual_mta)
        return;
    said_of(d, dir)->where |= (unsigned char)(BY_DOMAIN | (is_wide(p->arg) ? BY_WIDE_DOMAIN : 0));
    note_place(d, &d->at, dir, p->arg);
}

/* Where the line, which sets 'dir' otherwise than usual, is heard.  */
static void note_odd(struct defaults *d, const struct defaults_place *p,
                     const struct directive *dir)
{
    struct defaults_said *said = said_of(d, dir);
    struct cidr cidr;
    said->odd = true;
    if (p->scope == SCOPE_global)
        said->where |= BY_SERVER;
    if (p->scope == SCOPE_virtual_mta_pool)
        said->where |= BY_POOL;
    if (network_of(p, &cidr)) {
        said->where |= BY_NETWORK;
        note_network(d, dir, &cidr);
    } else if (p->scope == SCOPE_source && source_is_own(p->arg)) {
        said->where |= BY_AUTH;
    }
    if (p->scope == SCOPE_domain)
        note_domain(d, p, dir);
}

void defaults_note(struct defaults *d, const struct defaults_place *p,
                   const struct defaults_line *line)
{
    struct defaults_said *said = said_of(d, line->dir);
    if (p->scope == SCOPE_domain) {
        said->mixed |= said->value.p && !str_eq(said->value, line->value);
        said->value = line->value;
        said->widest |= is_server_any(p);
    }
    if (!line->usual && line->dir->fallback[0])
        note_odd(d, p, line->dir);
}

static bool network_is_overruled(struct defaults *d, const struct directive *dir,
                                 const struct cidr *cidr)
{
    char text[56];
    for (size_t i = 0; i < d->widths.n; i++) {
        struct cidr wider = *cidr;
        wider.bits = d->widths.v[i].bits;
        if (wider.bits >= cidr->bits || wider.addr.family != d->widths.v[i].addr.family)
            continue;
        wider = cidr_network(&wider);
        if (map_find(&d->networks, place_key(d, dir, network_text(&wider, text))))
            return true;
    }
    /* Whether 0/0 is all of IPv6 too is not documented.  */
    struct cidr all = { .addr = { .family = 4 } };
    return cidr->addr.family == 6 &&
           map_find(&d->networks, place_key(d, dir, network_text(&all, text)));
}

static bool domain_is_overruled(struct defaults *d, const struct defaults_place *p,
                                const struct directive *dir)
{
    unsigned where = said_of(d, dir)->where;
    bool any = is_any(p->arg);
    if (p->parent == SCOPE_global)
        return !any && (where & BY_WIDE_DOMAIN);
    if (!any && p->widened && *p->widened & line_bit(dir))
        return true;
    if (is_wide(p->arg))
        return where & BY_DOMAIN;
    return where & BY_WIDE_DOMAIN || map_find(&d->at, place_key(d, dir, p->arg));
}

/* The directive of the server behind that of a listener, or NULL.  */
static const struct directive *server_tls(const struct defaults *d, const struct directive *dir)
{
    enum { PLACE_listener, PLACE_server };
    static const enum target rows[][9] = {
#define TARGET_NONE N_TARGETS
#define IDENTITY(PLACE, A, B, C, D, E, P0, P1, P2, P3)                                             \
    { TARGET_##A,  TARGET_##B,  TARGET_##C,  TARGET_##D, TARGET_##E,                               \
      TARGET_##P0, TARGET_##P1, TARGET_##P2, TARGET_##P3 },
#include "../grammar/identity.def"
#undef IDENTITY
    };
    for (size_t i = 0; i < sizeof rows[0] / sizeof rows[0][0]; i++)
        if (d->target[rows[PLACE_listener][i]] == dir)
            return d->target[rows[PLACE_server][i]];
    return NULL;
}

/* Without the line something else than the default would hold.  */
static bool is_overruled(struct defaults *d, const struct defaults_place *p,
                         const struct directive *dir)
{
    unsigned where = said_of(d, dir)->where;
    const struct directive *server;
    struct cidr cidr;
    if (p->scope == SCOPE_domain)
        return domain_is_overruled(d, p, dir);
    if (p->scope == SCOPE_source)
        return network_of(p, &cidr) ? network_is_overruled(d, dir, &cidr)
                                    : where & (BY_NETWORK | BY_AUTH);
    if (p->scope == SCOPE_smtp_listener) {
        server = server_tls(d, dir);
        return server && said_of(d, server)->odd;
    }
    return (p->scope == SCOPE_virtual_mta && where & (BY_SERVER | BY_POOL)) ||
           (p->scope == SCOPE_virtual_mta_pool && where & BY_SERVER);
}

/* The server's <domain *> says it, and no domain anywhere says otherwise.  */
static bool is_restated(const struct defaults *d, const struct defaults_line *line)
{
    const struct defaults_said *said = said_of(d, line->dir);
    return !line->dir->repeatable && said->widest && !said->mixed &&
           str_eq(said->value, line->value);
}

bool defaults_is_idle(struct defaults *d, const struct defaults_place *p,
                      const struct defaults_line *line)
{
    if (p->scope == SCOPE_domain && !is_server_any(p) && is_restated(d, line))
        return true;
    return line->usual && !is_overruled(d, p, line->dir);
}

bool defaults_is_idle_anywhere(const struct defaults *d, const struct defaults_line *line)
{
    return (line->usual && !defaults_is_odd(d, line->dir)) || is_restated(d, line);
}

bool defaults_is_odd(const struct defaults *d, const struct directive *dir)
{
    return said_of(d, dir)->odd;
}
