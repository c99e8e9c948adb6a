#include <config.h>

#include "relay-internal.h"

/* What a rule by address says: 1 yes, 0 no, -1 nothing.  */
struct said {
    const struct rule *rule;
    int8_t of[N_RELAY_WORDS];
};

/* What the proof is made of; 'labels' are the prefixes of all rules, in the order of nesting.  */
struct relay_work {
    struct arena *arena;
    struct said *said;
    struct {
        struct addr_label *labels;
        size_t n;
        struct addr_pieces pieces[N_RELAY_WORDS];
        struct addrset where[N_RELAY_WORDS][2]; /* the deciding rule says no, yes */
        bool known[N_RELAY_WORDS];
    } readings[RELAY_READINGS];
    int auth_right; /* what {auth} says of relaying */
    struct addrset public;
    struct relay_share *shares; /* of whoever asked last; made when it is asked for */
    struct map doors;
};

static const enum target targets[N_RELAY_WORDS] = {
    [RELAY_SERVICE] = TARGET_source_service,
    [RELAY_REQUIRE_AUTH] = TARGET_source_require_auth,
    [RELAY_ALLOW_AUTH] = TARGET_source_allow_auth,
    [RELAY_STARTTLS] = TARGET_source_allow_starttls,
    [RELAY_TLS_FIRST] = TARGET_source_starttls_before_auth,
    [RELAY_PLAIN] = TARGET_source_plain_auth,
    [RELAY_RIGHT] = TARGET_source_relay,
};

static int8_t said_of(const struct model *m, const struct lines *lines, enum relay_word word)
{
    return (int8_t)effective_said(m, lines, targets[word]);
}

/* PowerMTA's own value where nobody says anything.  */
static bool fallback(const struct model *m, enum relay_word word)
{
    bool yes = false;
    struct fault fault;
    value_bool(str_of(m->target[targets[word]]->fallback), &yes, &fault);
    return yes;
}

/* Addresses */

/* ::ffff:0:0/96, IPv4 addresses as IPv6 ones (RFC 4291 section 2.5.5.2).  */
static const struct cidr mapped = { { { [10] = 0xff, [11] = 0xff }, 6 }, 96 };

static struct addr map_addr(struct addr v4)
{
    struct addr v6 = mapped.addr;
    memcpy(v6.b + 12, v4.b, 4);
    return v6;
}

static struct cidr unmap_cidr(const struct cidr *v6)
{
    struct cidr v4 = { .addr = { .family = 4 }, .bits = (uint8_t)(v6->bits - 96) };
    memcpy(v4.addr.b, v6->addr.b + 12, 4);
    return v4;
}

static bool is_public(enum addr_kind kind)
{
    return kind == ADDR_PUBLIC || kind == ADDR_DOCUMENTATION;
}

/* The addresses of 'pieces' that are for the public, IPv4 ones in both forms.  */
static struct addrset public_of(struct arena *arena, struct addr_pieces pieces)
{
    struct addr_range *plain = NEW_ARRAY(arena, struct addr_range, pieces.n);
    struct addr_range *clothed = NEW_ARRAY(arena, struct addr_range, pieces.n);
    size_t n = 0, n_clothed = 0;
    for (size_t i = 0; i < pieces.n; i++) {
        struct addr_range r = pieces.v[i].range;
        if (!is_public(*(const enum addr_kind *)pieces.v[i].label))
            continue;
        plain[n++] = r;
        if (r.lo.family == 4)
            clothed[n_clothed++] = (struct addr_range){ map_addr(r.lo), map_addr(r.hi) };
    }
    return addrset_union(arena, addrset_of_ranges(plain, n), addrset_of_ranges(clothed, n_clothed));
}

/* Every address that a stranger can have.  */
static struct addrset public_addresses(struct arena *arena)
{
    static const enum addr_kind others = ADDR_PUBLIC;
    VEC(struct addr_label) labels = { 0 };
    VEC_PUSH(arena, &labels, (struct addr_label){ { .addr = { .family = 4 } }, &others });
    VEC_PUSH(arena, &labels, (struct addr_label){ { .addr = { .family = 6 } }, &others });
    struct cidr range;
    enum addr_kind kind;
    for (size_t i = 0; cidr_special(i, &range, &kind); i++) {
        enum addr_kind *label = NEW(arena, enum addr_kind);
        *label = kind;
        VEC_PUSH(arena, &labels, (struct addr_label){ range, label });
    }
    addr_labels_sort(arena, labels.v, labels.n);
    return public_of(arena, addrset_pieces(arena, labels.v, labels.n));
}

/* Rules by address */

static void read_rules(struct relay *r)
{
    const struct inbound *in = r->model->inbound;
    r->work->said = NEW_ARRAY(r->work->arena, struct said, in->addresses.n);
    for (size_t i = 0; i < in->addresses.n; i++) {
        r->work->said[i].rule = in->addresses.v[i];
        for (int w = 0; w < N_RELAY_WORDS; w++)
            r->work->said[i].of[w] =
                said_of(r->model, &in->addresses.v[i]->lines, (enum relay_word)w);
    }
}

/* The rules with the prefixes that they stand for in a reading.  In the second one 0/0 is also a
   rule for IPv6 clients, below the one for ::/0, and mapped addresses stand for IPv4 ones.  */
static void label_rules(struct relay *r, int reading)
{
    struct relay_work *p = r->work;
    size_t n_rules = r->model->inbound->addresses.n, n = 0;
    struct addr_label *labels = NEW_ARRAY(p->arena, struct addr_label, 2 * n_rules);
    for (size_t i = 0; reading && i < n_rules; i++)
        if (p->said[i].rule->cidr.addr.family == 4 && !p->said[i].rule->cidr.bits)
            labels[n++] = (struct addr_label){ { .addr = { .family = 6 } }, &p->said[i] };
    for (size_t i = 0; i < n_rules; i++)
        labels[n++] = (struct addr_label){ p->said[i].rule->cidr, &p->said[i] };
    for (size_t i = 0; reading && i < n_rules; i++)
        if (cidr_contains(&mapped, &p->said[i].rule->cidr))
            labels[n++] = (struct addr_label){ unmap_cidr(&p->said[i].rule->cidr), &p->said[i] };
    addr_labels_sort(p->arena, labels, n);
    p->readings[reading].labels = labels;
    p->readings[reading].n = n;
}

static struct addrset pieces_set(struct arena *arena, struct addr_pieces pieces,
                                 enum relay_word word, int value)
{
    struct addr_range *list = NEW_ARRAY(arena, struct addr_range, pieces.n);
    size_t n = 0;
    for (size_t i = 0; i < pieces.n; i++) {
        const struct said *said = pieces.v[i].label;
        if (said->of[word] == value)
            list[n++] = pieces.v[i].range;
    }
    return addrset_of_ranges(list, n);
}

/* Finds out, once, where rules by address decide 'word', and how.  */
static void decide(struct relay *r, int reading, enum relay_word word)
{
    struct relay_work *p = r->work;
    size_t n = p->readings[reading].n;
    if (p->readings[reading].known[word])
        return;
    struct addr_label *labels = NEW_ARRAY(p->arena, struct addr_label, n);
    for (size_t i = 0; i < n; i++) {
        const struct said *said = p->readings[reading].labels[i].label;
        labels[i] = p->readings[reading].labels[i];
        if (said->of[word] < 0)
            labels[i].label = NULL;
    }
    struct addr_pieces pieces = addrset_pieces(p->arena, labels, n);
    p->readings[reading].pieces[word] = pieces;
    for (int value = 0; value <= 1; value++)
        p->readings[reading].where[word][value] = pieces_set(p->arena, pieces, word, value);
    p->readings[reading].known[word] = true;
}

/* The clients of 'door' for whom 'word' is 'value' before a login.  */
static struct addrset where(struct relay *r, const struct relay_door *door, int reading,
                            enum relay_word word, int value)
{
    static const struct addrset nobody = { NULL, 0 };
    struct relay_work *p = r->work;
    if (door->own[word] >= 0)
        return door->own[word] == value ? door->from : nobody;
    decide(r, reading, word);
    if (fallback(r->model, word) == (value == 1))
        return addrset_minus(p->arena, door->from, p->readings[reading].where[word][!value]);
    return addrset_intersect(p->arena, door->from, p->readings[reading].where[word][value]);
}

/* Doors */

/* The clients of 'door' who may relay after 'login'.  */
static struct addrset right_after(struct relay *r, const struct relay_door *door, int reading,
                                  const struct relay_login *login)
{
    static const struct addrset nobody = { NULL, 0 };
    int own = door->own[RELAY_RIGHT], auth = r->work->auth_right;
    if (login->right == 1 || own == 1)
        return door->from;
    if (login->right == 0)
        return nobody;
    if (auth == 1)
        return door->from;
    return where(r, door, reading, RELAY_RIGHT, 1);
}

static void add_clients(struct relay *r, struct addrset *to, struct addrset more)
{
    *to = addrset_union(r->work->arena, *to, more);
}

/* Who can relay after 'login' out of 'offered', to whom AUTH is offered.  */
static void judge_login(struct relay *r, struct relay_door *door, int reading,
                        const struct relay_login *login, struct relay_clients *to,
                        struct addrset offered)
{
    struct arena *arena = r->work->arena;
    struct addrset right = right_after(r, door, reading, login);
    struct addrset able = addrset_intersect(arena, offered, right);
    if (door->implicit) {
        add_clients(r, &to->all, able);
        return;
    }
    struct addrset starttls = where(r, door, reading, RELAY_STARTTLS, 1);
    add_clients(r, &to->all, addrset_intersect(arena, able, starttls));
    if (login->certificate)
        return;
    struct addrset plain = where(r, door, reading, RELAY_TLS_FIRST, 0);
    plain = addrset_intersect(arena, able, plain);
    add_clients(r, &to->all, plain);
    add_clients(r, &to->clear, plain);
}

/* Who of those to whom AUTH is 'offered' may log in without TLS, and who by PLAIN.  That `tls=yes`
   begins TLS at once is shown for PowerMTA 4.5 (vendor article), and not for those before.  */
static void judge_bare(struct relay *r, struct relay_door *door, int reading,
                       struct addrset offered)
{
    struct arena *arena = r->work->arena;
    if (door->implicit && r->model->version >= PMTA_4_5)
        return;
    struct addrset bare =
        addrset_intersect(arena, offered, where(r, door, reading, RELAY_TLS_FIRST, 0));
    add_clients(r, &door->bare, bare);
    bare = addrset_intersect(arena, bare, where(r, door, reading, RELAY_PLAIN, 1));
    add_clients(r, &door->plain, bare);
}

/* What counts at the greeting and before a login is decided before anybody logs in: the user's
   source comes too late for it.  */
static void judge_reading(struct relay *r, struct relay_door *door, int reading)
{
    struct arena *arena = r->work->arena;
    struct addrset served = where(r, door, reading, RELAY_SERVICE, 1);
    struct addrset mail =
        addrset_intersect(arena, served, where(r, door, reading, RELAY_REQUIRE_AUTH, 0));
    struct addrset open = addrset_intersect(arena, mail, where(r, door, reading, RELAY_RIGHT, 1));
    add_clients(r, &door->mail, mail);
    add_clients(r, &door->open.all, open);
    if (!door->implicit)
        add_clients(r, &door->open.clear, open);
    door->open_by_reading[reading] = open;
    struct addrset offered = where(r, door, reading, RELAY_ALLOW_AUTH, 1);
    offered = addrset_intersect(arena, served, offered);
    judge_bare(r, door, reading, offered);
    for (size_t i = 0; i < r->logins.n; i++)
        judge_login(r, door, reading, &r->logins.v[i], &door->logins[i], offered);
}

static struct addrset addresses_of(struct arena *arena, unsigned reach)
{
    static const struct {
        enum relay_reach reach;
        struct cidr cidr;
    } parts[] = {
        { RELAY_LOOPBACK_4, { { { 127 }, 4 }, 8 } },
        { RELAY_LOOPBACK_6, { { { [15] = 1 }, 6 }, 128 } },
        { RELAY_ALL_4, { { { 0 }, 4 }, 0 } },
        { RELAY_ALL_6, { { { 0 }, 6 }, 0 } },
    };
    struct cidr list[4];
    size_t n = 0;
    for (size_t i = 0; i < 4; i++)
        if (reach & parts[i].reach)
            list[n++] = parts[i].cidr;
    return addrset_of(arena, list, n);
}

/* Who can connect: a wildcard may take both families, and a mapped address is one of IPv4.  */
static unsigned reach_of(const struct listener *l)
{
    unsigned reach = 0;
    for (const struct endpoint *e = l->endpoints; e; e = e->next) {
        bool six = e->cidr.addr.family == 6;
        if (e->bad)
            continue;
        if (effective_is_wildcard(&e->cidr) || cidr_contains(&mapped, &e->cidr))
            reach |= RELAY_ALL_4 | RELAY_ALL_6;
        else if (cidr_kind(&e->cidr) == ADDR_LOOPBACK)
            reach |= six ? RELAY_LOOPBACK_6 : RELAY_LOOPBACK_4;
        else
            reach |= six ? RELAY_ALL_6 : RELAY_ALL_4;
    }
    return reach;
}

/* The door of 'l', a new one unless another listener has one that agrees.  All that decides is in
   the key, so there are as many doors as ways to be a listener, however many listeners.  */
static struct relay_door *door_of(struct relay *r, const struct listener *l)
{
    struct arena *arena = r->work->arena;
    struct relay_door door = { .first = l,
                               .implicit = effective_is_implicit(r->model, l),
                               .reach = reach_of(l) };
    char key[N_RELAY_WORDS + 2];
    for (int w = 0; w < N_RELAY_WORDS; w++) {
        door.own[w] = said_of(r->model, l->effective, (enum relay_word)w);
        key[w] = (char)door.own[w];
    }
    key[N_RELAY_WORDS] = (char)door.reach;
    key[N_RELAY_WORDS + 1] = (char)door.implicit;
    struct str text = { key, sizeof key };
    struct relay_door *known = map_get(&r->work->doors, text);
    if (known)
        return known;
    struct relay_door *made = NEW(arena, struct relay_door);
    *made = door;
    made->from = addresses_of(arena, door.reach);
    made->logins = NEW_ARRAY(arena, struct relay_clients, r->logins.n);
    for (int reading = 0; reading < RELAY_READINGS; reading++)
        judge_reading(r, made, reading);
    *map_add(&r->work->doors, arena_str(arena, text)) = made;
    made->number = r->doors.n;
    VEC_PUSH(arena, &r->doors, made);
    return made;
}

/* Users and recipients */

/* What the user's own source says of relaying: {auth} is asked by itself.  */
static int right_of(const struct model *m, const struct user *u)
{
    bool own = !u->written || u->source.name.n;
    return own ? said_of(m, u->effective, RELAY_RIGHT) : -1;
}

/* The client must show a certificate.  One that is only named does not keep the password out: the
   method decides, and a user with a password and no word of it logs in by that.  */
static bool is_by_certificate(const struct model *m, const struct user *u)
{
    const struct directive *dir = m->target[TARGET_user_authentication_method];
    const struct line *line = line_find(&u->lines, dir);
    if (line)
        return !line->bad && line->what->n_args &&
               str_ieq(line->what->args[0].text, STR("certificate"));
    return u->certificate.text.n && u->password.kind == SECRET_NONE && dir->since <= m->version;
}

static void add_user(struct relay *r, const struct user *u)
{
    struct relay_login login = { .right = right_of(r->model, u),
                                 .certificate = is_by_certificate(r->model, u) };
    size_t i = 0;
    while (i < r->logins.n &&
           (r->logins.v[i].right != login.right || r->logins.v[i].certificate != login.certificate))
        i++;
    if (i == r->logins.n)
        VEC_PUSH(r->work->arena, &r->logins, login);
    VEC_PUSH(r->work->arena, &r->logins.v[i].users, u);
}

void relay(struct model *m, const struct relay *other)
{
    struct relay *r = NEW(m->arena, struct relay);
    struct relay_work *p = NEW(m->arena, struct relay_work);
    *r = (struct relay){ .model = m, .work = p };
    p->arena = m->arena;
    p->doors = (struct map){ .arena = m->arena, .exact = true };
    const struct lines *auth = inbound_auth(m);
    p->auth_right = auth ? said_of(m, auth, RELAY_RIGHT) : -1;
    for (size_t i = 0; i < m->users.n; i++)
        add_user(r, m->users.v[i]);
    read_rules(r);
    for (int reading = 0; reading < RELAY_READINGS; reading++)
        label_rules(r, reading);
    r->of = NEW_ARRAY(p->arena, struct relay_door *, m->listeners.n);
    for (size_t i = 0; i < m->listeners.n; i++)
        r->of[i] = door_of(r, m->listeners.v[i]);
    relay_find_recipients(r);
    p->public = other ? other->work->public : public_addresses(p->arena);
    m->relay = r;
}

/* Sizes */

/* Adds the size of a range that is public; no such range is partly mapped.  */
static void add_size(struct relay_size *size, const struct addr_range *r)
{
    struct cidr lo = { r->lo, 128 };
    bool four = r->lo.family == 4 || cidr_contains(&mapped, &lo);
    struct addr_count *to = four ? &size->v4 : &size->v6;
    *to = addr_count_add(*to, addr_range_count(r));
}

/* What is in both ranges; false where that is nothing.  */
static bool overlap(const struct addr_range *x, const struct addr_range *y, struct addr_range *both)
{
    both->lo = addr_cmp(&x->lo, &y->lo) > 0 ? x->lo : y->lo;
    both->hi = addr_cmp(&x->hi, &y->hi) < 0 ? x->hi : y->hi;
    return addr_cmp(&both->lo, &both->hi) <= 0;
}

/* It is asked for each door and listener, so no set is made.  */
struct relay_size relay_size(const struct relay *r, struct addrset set)
{
    struct relay_size size = { { 0, 0 }, { 0, 0 } };
    struct addrset public = r->work->public;
    for (size_t i = 0, k = 0; i < set.n && k < public.n;) {
        struct addr_range both;
        if (overlap(&set.v[i], &public.v[k], &both))
            add_size(&size, &both);
        if (addr_cmp(&set.v[i].hi, &public.v[k].hi) < 0)
            i++;
        else
            k++;
    }
    return size;
}

enum reach relay_farthest(const struct relay *r, struct addrset *set)
{
    static const struct cidr here[] = {
        { { { 127 }, 4 }, 8 },
        { { { [15] = 1 }, 6 }, 128 },
        { { { [10] = 0xff, [11] = 0xff, [12] = 127 }, 6 }, 104 },
    };
    struct arena *arena = r->model->scratch;
    struct addrset loopback = addrset_of(arena, here, sizeof here / sizeof here[0]);
    struct addrset public = addrset_intersect(arena, *set, r->work->public);
    struct addrset away = addrset_minus(arena, *set, loopback);
    if (public.n) {
        *set = public;
        return REACH_PUBLIC;
    }
    if (!away.n)
        return REACH_LOOPBACK;
    *set = away;
    return REACH_PRIVATE;
}

const struct rule *relay_plain_rule(const struct relay *r, const struct relay_door *door,
                                    struct addrset clients)
{
    if (door->own[RELAY_PLAIN] >= 0)
        return NULL;
    for (int reading = 0; reading < RELAY_READINGS; reading++) {
        struct addr_pieces pieces = r->work->readings[reading].pieces[RELAY_PLAIN];
        for (size_t i = 0; i < pieces.n; i++) {
            const struct said *said = pieces.v[i].label;
            if (said->of[RELAY_PLAIN] == 1 && addrset_meets(clients, &pieces.v[i].range))
                return said->rule;
        }
    }
    return NULL;
}

size_t relay_shares(const struct relay *r, const struct relay_door *door, int reading,
                    struct relay_share **shares)
{
    struct relay_work *p = r->work;
    struct addrset open =
        addrset_intersect(r->model->scratch, door->open_by_reading[reading], p->public);
    struct addr_pieces pieces = p->readings[reading].pieces[RELAY_RIGHT];
    size_t n_rules = r->model->inbound->addresses.n, n = 0;
    if (!open.n || door->own[RELAY_RIGHT] >= 0)
        return 0;
    if (!p->shares)
        p->shares = NEW_ARRAY(p->arena, struct relay_share, n_rules);
    struct relay_share *all = *shares = p->shares;
    memset(all, 0, n_rules * sizeof *all);
    for (size_t i = 0, k = 0; i < open.n && k < pieces.n;) {
        const struct addr_range *x = &open.v[i], *y = &pieces.v[k].range;
        struct addr_range both;
        const struct said *said = pieces.v[k].label;
        if (overlap(x, y, &both))
            add_size(&all[said - p->said].size, &both);
        if (addr_cmp(&x->hi, &y->hi) < 0)
            i++;
        else
            k++;
    }
    for (size_t i = 0; i < n_rules; i++) {
        struct relay_share share = { p->said[i].rule, all[i].size };
        if (share.size.v4.hi || share.size.v4.lo || share.size.v6.hi || share.size.v6.lo)
            all[n++] = share;
    }
    return n;
}

bool relay_is_outside(const struct relay_door *door)
{
    return (door->reach & (RELAY_ALL_4 | RELAY_ALL_6)) != 0;
}

bool relay_is_anybody(const struct relay_size *size)
{
    const struct addr_count least4 = { 0, (uint64_t)1 << (32 - 8) }; /* a /8 */
    const struct addr_count most6 = { (uint64_t)1 << (64 - 32), 0 }; /* a /32 */
    return addr_count_cmp(size->v4, least4) >= 0 || addr_count_cmp(size->v6, most6) > 0;
}

enum relay_wide relay_is_wide(const struct relay_size *size)
{
    const struct addr_count most4 = { 0, (uint64_t)1 << (32 - 16) }; /* a /16 */
    const struct addr_count most6 = { (uint64_t)1 << (64 - 48), 0 }; /* a /48 */
    if (addr_count_cmp(size->v4, most4) > 0)
        return RELAY_WIDE_4;
    return addr_count_cmp(size->v6, most6) > 0 ? RELAY_WIDE_6 : RELAY_NARROW;
}
