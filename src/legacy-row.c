#include <config.h>

#include "legacy-internal.h"
#include "value.h"

/* What a row becomes.  */

static struct piece piece_at(const struct rows *rows, const struct row *row, size_t i)
{
    return (struct piece){ row_field(rows, row, i), row->span[i] };
}

/* The value that says 'field', which is one of 'row'.  */
static struct value literal_of(struct legacy *l, const struct row *row, struct piece field)
{
    return row->plain ? legacy_slice(field) : legacy_literal(l, field);
}

/* The number of the field that names the key, or the VMTA.  */
static size_t selector_field(const struct row *row)
{
    return row->shape == ROW_CLIENT_DELIVERY ? 2 : 1;
}

static size_t vmta_field(const struct row *row)
{
    return selector_field(row) + (row->shape == ROW_SUBMISSION ? 2 : 3);
}

struct piece legacy_via(struct str name, const struct row *row)
{
    return (struct piece){ name, row->span[vmta_field(row)] };
}

/* Fills in 'e'.  */
static void enter(struct legacy *l, const struct rows *rows, const struct row *row, struct entry *e)
{
    size_t at = selector_field(row);
    e->rows = rows;
    e->row = row;
    e->client = piece_at(rows, row, 0);
    e->selector = piece_at(rows, row, at);
    e->part[PART_address] = piece_at(rows, row, at - 1);
    e->part[PART_selector] = e->selector;
    e->part[PART_domain] = piece_at(rows, row, at + 1);
    e->part[PART_hostname] = piece_at(rows, row, at + 2);
    e->part[PART_vmta] = piece_at(rows, row, vmta_field(row));
    for (size_t i = 0; !row->plain && i < N_PARTS; i++)
        e->part[i].text = legacy_lower_case(l, e->part[i].text);
    if (!row->plain)
        e->client.text = legacy_lower_case(l, e->client.text);
}

/* Of IPv4 there is but one.  */
struct str legacy_canonical(struct legacy *l, struct str address)
{
    struct addr a;
    struct fault fault;
    char text[48];
    if (str_find(address, ':') == address.n || !value_addr(address, &a, &fault))
        return address;
    return arena_str(l->arena, str_of(addr_text(&a, text)));
}

/* The TLS identity of a row's certificate: its name.  */
static struct piece identity_of(struct legacy *l, const struct entry *e)
{
    struct piece host = e->part[PART_hostname];
    struct value path = legacy_option(l, OPTION_certificate, e, host.span);
    void **slot = map_add(&l->identities, value_text(path));
    struct made_block *b = *slot;
    if (!b) {
        *slot = b = NEW(l->scratch, struct made_block);
        host.text = legacy_free_name(l, &l->identity_names, NULL, legacy_name(l, host.text));
        *b = legacy_block(l, e->row, MADE_tls, host, NULL);
        LEGACY_ADD(l, b, legacy_keyword(l, MADE_certificate, e->row), path);
    }
    return (struct piece){ b->name.text, e->row->line };
}

/* ADDR:PORT of a listener for clients of a row.  */
static struct value endpoint_of(struct legacy *l, const struct entry *e)
{
    struct text *t = legacy_text(l);
    bool is_v6 = str_find(e->client.text, ':') < e->client.text.n;
    if (is_v6)
        legacy_text_put(l, t, STR("["));
    legacy_text_put(l, t, e->client.text);
    legacy_text_put(l, t, is_v6 ? STR("]:") : STR(":"));
    legacy_text_option(l, t, OPTION_submission, e);
    return legacy_text_value(l, t, e->client.span);
}

static struct sender *sender_new(struct legacy *l, const struct entry *e)
{
    struct sender *sender = NEW(l->scratch, struct sender);
    sender->row = e->row;
    sender->vmtas.arena = l->scratch;
    return sender;
}

/* The listener for the clients of a row: TLS and login required.  The first row of an address says
   what its certificate is.  An input with another port needs a listener of its own.  */
static struct sender *listener_of(struct legacy *l, const struct entry *e)
{
    struct str address = legacy_canonical(l, e->client.text);
    void **slot = map_add(&l->listeners, address);
    struct sender *listener = *slot;
    struct value endpoint;
    if (listener && listener->input == l->input)
        return listener;
    endpoint = endpoint_of(l, e);
    if (listener && str_eq(listener->endpoint, value_text(endpoint)))
        return listener;
    *slot = listener = sender_new(l, e);
    struct piece identity = identity_of(l, e);
    struct str name = legacy_joined(l, legacy_word(MADE_submission_name), "-", address);
    struct piece own = { legacy_name(l, name), e->client.span };
    listener->client = e->client.text;
    listener->endpoint = value_text(endpoint);
    listener->pools = true;
    listener->block = legacy_block(l, e->row, MADE_listener, own, &endpoint);
    LEGACY_ADD(l, &listener->block, legacy_keyword(l, MADE_tls, e->row),
               legacy_keyword(l, MADE_required, e->row), legacy_literal(l, identity));
    LEGACY_ADD(l, &listener->block, legacy_keyword(l, MADE_auth, e->row),
               legacy_keyword(l, MADE_required, e->row));
    return listener;
}

/* What the loopback listener lets in: its own address.  A network or a variable may be anything, so
   there it is the usual loopback address.  */
static struct str local_client(struct legacy *l)
{
    struct cidr cidr;
    uint16_t port;
    struct fault fault;
    char text[48];
    struct value v = l->option[OPTION_local].value;
    if (v.special || !value_endpoint(value_text(v), &cidr, &port, &fault) ||
        cidr.bits != (cidr.addr.family == 4 ? 32 : 128) ||
        addr_kind(&cidr.addr) == ADDR_UNSPECIFIED)
        return legacy_word(MADE_loopback);
    return arena_str(l->arena, str_of(addr_text(&cidr.addr, text)));
}

/* The listener for local programs that choose the VMTA by a header.  */
static struct sender *local_listener(struct legacy *l, const struct entry *e)
{
    const struct row *row = e->row;
    if (l->local && l->local->input == l->input)
        return l->local;
    struct value endpoint = legacy_option(l, OPTION_local, e, row->line);
    if (l->local && str_eq(l->local->endpoint, value_text(endpoint)))
        return l->local;
    struct sender *local = l->local = sender_new(l, e);
    struct piece name = { legacy_word(MADE_local_name), row->line };
    struct piece client = { local_client(l), row->line };
    local->endpoint = value_text(endpoint);
    local->block = legacy_block(l, row, MADE_listener, name, &endpoint);
    legacy_add_words(l, &local->block, legacy_tls_none(l, row), row->line.lo);
    LEGACY_ADD(l, &local->block, legacy_keyword(l, MADE_auth, row),
               legacy_keyword(l, MADE_none, row));
    LEGACY_ADD(l, &local->block, legacy_keyword(l, MADE_allow, row), legacy_literal(l, client));
    LEGACY_ADD(l, &local->block, legacy_keyword(l, MADE_by_header, row),
               legacy_keyword(l, MADE_yes, row));
    return local;
}

/* The user of a submission row, or NULL if that was reported.  */
static struct sender *user_of(struct legacy *l, const struct entry *e)
{
    struct piece name = piece_at(e->rows, e->row, 4), password = piece_at(e->rows, e->row, 5);
    void **slot = map_add(&l->users, name.text);
    struct sender *user = *slot;
    if (user && str_eq(user->password, password.text))
        return user;
    if (user) {
        struct diag *m =
            diag(l->diags, CHECK_name_duplicate, name.span,
                 "user `%.*s` with another password than in an earlier row", STR_ARG(name.text));
        diag_also(l->diags, m, user->row->span[4], "the earlier row");
        diag_help(l->diags, m, "a user has one password: repeat it, or use another name here");
        return NULL;
    }
    *slot = user = sender_new(l, e);
    user->password = password.text;
    user->pools = true;
    user->block = legacy_block(l, e->row, MADE_user, name, NULL);
    struct text *t = legacy_text(l);
    t->string = true; /* a word may be a reference, such as env:NAME */
    legacy_text_put(l, t, password.text);
    struct value value = legacy_text_value(l, t, password.span);
    LEGACY_ADD(l, &user->block, legacy_keyword(l, MADE_password, e->row), value);
    return user;
}

/* The domain of a row; neighbours have the same more often than not.  */
static struct domain *domain_named(struct legacy *l, const struct entry *e)
{
    struct piece name = e->part[PART_domain];
    if (l->usual && str_eq(l->usual->block.name.text, name.text))
        return l->usual;
    void **slot = map_add(&l->domains, name.text);
    struct domain *domain = *slot;
    if (!domain) {
        *slot = domain = NEW(l->scratch, struct domain);
        domain->selector = e->selector.text;
        domain->plain = e->row->plain;
        domain->block = legacy_block(l, e->row, MADE_dkim, name, NULL);
    }
    return l->usual = domain;
}

/* A key of that selector among those that are walked, or NULL.  */
static struct stated *stated_of(const struct domain *domain, struct str selector)
{
    struct stated *key = domain->stated;
    while (key && !str_eq(key->selector, selector))
        key = key->next;
    return key;
}

/* All rows of this input with that selector and domain have the same key file.  */
static bool has_one_file(const struct legacy *l)
{
    return !(l->option[OPTION_key_file].parts & ~(1u << PART_selector | 1u << PART_domain));
}

/* Adds the key to those of 'domain' that are walked.  */
static struct stated *add_stated(struct legacy *l, struct domain *domain, struct str selector,
                                 struct str file)
{
    struct stated *key = arena_alloc(l->scratch, sizeof *key);
    *key = (struct stated){
        .selector = selector, .file = file, .input = l->input, .next = domain->stated
    };
    domain->stated = key;
    domain->n_stated++;
    return key;
}

/* States the key of 'e', which 'domain' does not have yet.  */
static void add_key(struct legacy *l, struct domain *domain, const struct entry *e,
                    struct value path)
{
    domain->several = domain->several || !str_ieq(domain->selector, e->selector.text);
    LEGACY_ADD(l, &domain->block, legacy_keyword(l, MADE_selector, e->row),
               literal_of(l, e->row, e->selector), path);
}

/* Says whether this is the first time that 'domain' has that key, by the path to its file, which is
   'file' then.  'before' is 'stated_of' it.  */
static bool is_new_key(struct legacy *l, const struct domain *domain, const struct entry *e,
                       const struct stated *before, struct text *file)
{
    struct str selector = e->part[PART_selector].text;
    legacy_text_option(l, file, OPTION_key_file, e);
    for (const struct stated *key = before; key; key = key->next)
        if (str_eq(key->selector, selector) && str_eq(key->file, legacy_text_str(file)))
            return false;
    return legacy_first_time(l, MADE_selector, domain, selector, legacy_text_str(file));
}

/* The key of a row whose file has to be looked at.  */
static void look_at_key(struct legacy *l, struct domain *domain, const struct entry *e,
                        const struct stated *before)
{
    struct text *file = legacy_text(l);
    if (is_new_key(l, domain, e, before, file))
        add_key(l, domain, e, legacy_option_value(l, file, OPTION_key_file, e->selector.span));
}

/* The domain of a row; what it is signed with is in the block of it.  */
static struct domain *domain_of(struct legacy *l, const struct entry *e)
{
    struct domain *domain = domain_named(l, e);
    struct str selector = e->part[PART_selector].text;
    l->stated = stated_of(domain, selector);
    if (l->stated && l->stated->input == l->input && has_one_file(l))
        return domain;
    if (l->stated || domain->n_stated == FEW_KEYS) {
        look_at_key(l, domain, e, l->stated);
        return domain;
    }
    struct value path = legacy_option(l, OPTION_key_file, e, e->selector.span);
    add_key(l, domain, e, path);
    if (path.bad) {
        domain->n_stated = FEW_KEYS; /* its text was too long to be kept: only 'seen' knows it */
        is_new_key(l, domain, e, NULL, legacy_text(l));
    } else {
        l->stated = add_stated(l, domain, selector, value_text(path));
    }
    return domain;
}

/* The VMTA of a row: 'name' if the row gives one.  NULL if rows contradict each other, which was
   reported.  */
static struct vmta *vmta_of(struct legacy *l, const struct entry *e, struct piece name)
{
    void **slot = map_add(&l->vmtas, name.text);
    struct vmta *vmta = *slot;
    if (vmta && vmta->shape != e->row->shape) {
        struct diag *m = diag(l->diags, CHECK_name_duplicate, name.span,
                              "VMTA `%.*s` in rows of two kinds", STR_ARG(name.text));
        diag_also(l->diags, m, vmta->block.name.span, "the row of the other kind");
        diag_help(l->diags, m, "give one of them another name");
        return NULL;
    }
    if (vmta)
        return vmta;
    *slot = vmta = NEW(l->scratch, struct vmta);
    vmta->shape = e->row->shape;
    vmta->rows = e->rows;
    vmta->row = e->row;
    vmta->alone = true;
    vmta->block = legacy_block(l, e->row, MADE_vmta, name, NULL);
    if (vmta->shape == ROW_NON_TLS)
        legacy_add_words(l, &vmta->block, legacy_tls_none(l, e->row), e->row->line.lo);
    return vmta;
}

/* The name of a submission row's VMTA.  User n leaves by address n, so a hostname on a second
   address is a second VMTA.  */
static struct piece submission_name(struct legacy *l, const struct entry *e)
{
    struct piece host = e->part[PART_hostname];
    struct str address = legacy_canonical(l, e->client.text);
    void **slot = map_add(&l->submissions, legacy_joined(l, host.text, "|", address));
    if (*slot)
        return (struct piece){ ((const struct piece *)*slot)->text, host.span };
    struct piece *name = *slot = NEW(l->scratch, struct piece);
    *name = (struct piece){ legacy_name(l, host.text), host.span };
    const struct vmta *other = map_get(&l->vmtas, name->text);
    if (other && other->shape == ROW_SUBMISSION) {
        struct str tail = str_sub(legacy_name(l, address), 0, NAME_LIMIT / 2);
        struct str head = str_sub(name->text, 0, NAME_LIMIT - 1 - tail.n);
        name->text = legacy_joined(l, head, "-", tail);
        if (map_find(&l->vmtas, name->text))
            name->text = legacy_free_name(l, &l->taken, &l->vmtas, name->text);
    }
    return *name;
}

static bool is_new_source(struct legacy *l, const struct vmta *vmta, const struct entry *e)
{
    return legacy_first_time(l, MADE_source, vmta, legacy_canonical(l, e->part[PART_address].text),
                             e->part[PART_hostname].text);
}

static bool is_new_signature(struct legacy *l, const struct vmta *vmta, const struct entry *e)
{
    return legacy_first_time(l, MADE_sign, vmta, e->part[PART_domain].text,
                             e->part[PART_selector].text);
}

/* Adds the address and the key of a row to its VMTA.  What the first row of a VMTA says is noted
   when there is a second one: mostly there is none.  */
static void add_source(struct legacy *l, struct vmta *vmta, const struct domain *domain,
                       const struct entry *e)
{
    bool first = vmta->row == e->row;
    if (!first && vmta->alone) {
        struct entry before;
        enter(l, vmta->rows, vmta->row, &before);
        is_new_source(l, vmta, &before);
        is_new_signature(l, vmta, &before);
        vmta->alone = false;
    }
    if (first || is_new_source(l, vmta, e))
        LEGACY_ADD(l, &vmta->block, legacy_keyword(l, MADE_source, e->row),
                   literal_of(l, e->row, e->part[PART_address]),
                   literal_of(l, e->row, e->part[PART_hostname]));
    if (!first && !is_new_signature(l, vmta, e))
        return;
    struct stmt *sign = legacy_add_words(l, &vmta->block, NULL, 0);
    VEC_PUSH(l->scratch, &l->signatures,
             (struct signature){ sign, domain, l->stated, e->rows, e->row });
}

/* Field 'at' of 'a' and field 'of_b' of 'b' stand at the same place of their rows.  */
static bool same_place(const struct row *a, size_t at, const struct row *b, size_t of_b)
{
    return a->span[at].lo - a->line.lo == b->span[of_b].lo - b->line.lo &&
           a->span[at].hi - a->line.lo == b->span[of_b].hi - b->line.lo;
}

/* What was made for 'row', which has the same selector and domain, has the same places for 's'.  */
static bool signs_alike(const struct signature *s, const struct row *row)
{
    size_t at = selector_field(s->row), of_row = selector_field(row);
    return s->row->line.hi - s->row->line.lo == row->line.hi - row->line.lo &&
           same_place(s->row, at + 1, row, of_row + 1) &&
           (!s->domain->several || same_place(s->row, at, row, of_row));
}

void legacy_sign(struct legacy *l, const struct signature *s)
{
    size_t at = selector_field(s->row);
    bool plain = s->row->plain && s->domain->plain, several = s->domain->several;
    struct piece selector = piece_at(s->rows, s->row, at);
    struct piece name = { s->domain->block.name.text, s->row->span[at + 1] };
    struct stated *known = plain ? s->key : NULL;
    s->stmt->lo = s->row->line.lo;
    if (known && known->words && signs_alike(s, known->row)) {
        s->stmt->words = known->words;
        return;
    }
    struct value values[3] = { legacy_keyword(l, MADE_sign, s->row) };
    values[1] = plain ? legacy_slice(name) : legacy_literal(l, name);
    if (several)
        values[2] = literal_of(l, s->row, selector);
    s->stmt->words = words_make(l->tree, values, several ? 3 : 2, s->row->line.lo);
    if (known) {
        known->words = s->stmt->words;
        known->row = s->row;
    }
}

/* A VMTA that clients of this input's rows hand mail to.  */
static void note_delivery(struct legacy *l, struct vmta *vmta, const struct row *row)
{
    if (row->shape != ROW_CLIENT_DELIVERY || vmta->input == l->input)
        return;
    vmta->input = l->input;
    VEC_PUSH(l->scratch, &l->deliveries, (struct delivery){ vmta, row });
}

void legacy_row(struct legacy *l, const struct row *row)
{
    legacy_look_at(l, row);
    struct entry e;
    enter(l, l->rows, row, &e);
    struct piece name = piece_at(l->rows, row, vmta_field(row));
    struct sender *sender = NULL;
    if (row->shape == ROW_SUBMISSION) {
        name = submission_name(l, &e);
        legacy_sender_note(l, listener_of(l, &e));
        sender = user_of(l, &e);
    } else if (row->shape == ROW_CLIENT_DELIVERY) {
        sender = listener_of(l, &e);
    } else {
        sender = local_listener(l, &e);
    }
    if (sender)
        legacy_sender_note(l, sender);
    /* Also where the VMTA is refused: the key is not at fault.  */
    const struct domain *domain = domain_of(l, &e);
    struct vmta *vmta = vmta_of(l, &e, name);
    if (!vmta)
        return;
    note_delivery(l, vmta, row);
    add_source(l, vmta, domain, &e);
    if (sender)
        legacy_sender_by(sender, vmta->block.name.text, row);
}
