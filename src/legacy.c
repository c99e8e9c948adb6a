#include <config.h>

#include "legacy.h"
#include "suggest.h"
#include "value.h"

enum { NAME_LIMIT = 64 }; /* bytes of an object's name */

/* The parts of a row, by what they are and not by where they stand.  */
enum part {
#define FIELD(ID, WORD) PART_##ID,
#include "../grammar/legacy.def"
    N_PARTS
};

enum option {
#define OPTION(ID, ...) OPTION_##ID,
#include "../grammar/legacy.def"
    N_OPTIONS
};

enum made {
#define MADE(ID, WORD) MADE_##ID,
#include "../grammar/legacy.def"
    N_MADE
};

static const char *const part_words[] = {
#define FIELD(ID, WORD) WORD,
#include "../grammar/legacy.def"
};

static const char *const made_words[] = {
#define MADE(ID, WORD) WORD,
#include "../grammar/legacy.def"
};

static const struct option_row {
    const char *word, *usual, *syntax;
} options[] = {
#define OPTION(ID, WORD, USUAL, SYNTAX, ABOUT) { WORD, USUAL, SYNTAX },
#include "../grammar/legacy.def"
};

/* A field and its place.  */
struct piece {
    struct str text;
    struct span span;
};

/* A row with its parts under their names.  */
struct entry {
    const struct row *row;
    struct piece part[N_PARTS]; /* 'address' is what mail leaves by; lower case except vmta */
    struct piece client;        /* the address that is listened on */
};

/* A statement whose block still grows.  */
struct made_block {
    struct stmt *stmt;
    struct braces *braces;
    struct stmts body;
    struct piece name;
};

/* Who has its mail leave by something: a listener or a user.  Several VMTAs make a pool.  */
struct sender {
    struct made_block block;
    const struct entry *entry;
    struct map vmtas;  /* name to the entry that said so */
    struct piece pool; /* what the pool would be called; without, there is none */
};

struct vmta {
    struct made_block block;
    enum row_shape shape;
    const struct entry *entry;
};

struct domain {
    struct made_block block;
    struct map selectors;
};

/* A 'sign' statement that may yet have to name its selector.  */
struct signature {
    struct stmt *stmt;
    const struct domain *domain;
    const struct entry *entry;
};

struct lower {
    struct arena *arena;
    struct diags *diags;
    struct ast_file *out;
    struct value option[N_OPTIONS];
    VEC(struct stmt *) block_users;
    struct map seen; /* facts that were stated, by a key made of their words */
    struct map identity_names, identities, domains, users, listeners, vmtas, taken;
    struct map submissions; /* hostname and address to the name of a VMTA */
    VEC(struct sender *) senders;
    VEC(struct signature) signatures;
    VEC(struct vmta *) deliveries; /* those of client-delivery rows */
    struct sender *local;
};

/* Text in the making: literal fields and templates, a string if it cannot be a word.  */

struct text {
    struct buf raw;    /* what it says, as a word */
    struct buf quoted; /* the same, as it stands between quotes */
    bool string;
};

static struct text text_new(struct lower *l)
{
    return (struct text){ .raw = { .arena = l->arena }, .quoted = { .arena = l->arena } };
}

/* 's' says nothing but itself as a word too.  */
static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || memchr("\"#;,{}$\\", s.p[i], 8))
            return false;
    return true;
}

/* Appends 's', which stands for itself.  */
static void text_put(struct text *t, struct str s)
{
    t->string |= !is_plain(s);
    buf_put(&t->raw, s);
    for (size_t i = 0; i < s.n; i++) {
        struct str rest = str_sub(s, i, s.n);
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_char(&t->quoted, '\\');
        else if (str_starts(rest, STR("${")) && str_find(rest, '}') < rest.n)
            buf_char(&t->quoted, '$');
        buf_char(&t->quoted, s.p[i]);
    }
}

/* Appends 's' as somebody wrote it: what is in it is expanded later.  */
static void text_raw(struct text *t, struct str s, bool in_string)
{
    buf_put(&t->raw, s);
    for (size_t i = 0; i < s.n; i++) {
        if (!in_string && s.p[i] == '\\')
            buf_char(&t->quoted, '\\');
        buf_char(&t->quoted, s.p[i]);
    }
}

static struct value text_value(struct lower *l, const struct text *t, struct span span)
{
    bool string = t->string || !t->raw.n;
    struct str s = buf_str(string ? &t->quoted : &t->raw);
    return value_make(l->arena, string ? VALUE_STRING : VALUE_WORD, s, span);
}

/* The value that says 'piece' and nothing else.  */
static struct value literal(struct lower *l, struct piece piece)
{
    struct text t = text_new(l);
    text_put(&t, piece.text);
    return text_value(l, &t, piece.span);
}

static struct value word(struct lower *l, enum made id, const struct entry *e)
{
    return value_make(l->arena, VALUE_WORD, str_of(made_words[id]), e->row->line);
}

/* Names. */

static struct str lower_case(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = to_lower(s.p[i]);
    return (struct str){ p, s.n };
}

/* 's' with what names of objects do not have replaced, and not too long.  */
static struct str name_of(struct lower *l, struct str s)
{
    struct str cut = str_sub(s, 0, NAME_LIMIT);
    char *p = arena_alloc(l->arena, cut.n + 1);
    for (size_t i = 0; i < cut.n; i++) {
        char c = cut.p[i];
        p[i] = is_alnum(c) || c == '.' || c == '_' || c == '-' ? c : '-';
    }
    return (struct str){ p, cut.n };
}

static struct str joined(struct lower *l, struct str a, const char *between, struct str b)
{
    struct buf out = { .arena = l->arena };
    buf_put(&out, a);
    buf_text(&out, between);
    buf_put(&out, b);
    return buf_str(&out);
}

/* 'name', or if 'taken' has it, the same with a number.  It is taken from now on; the map counts,
   so that many equal names take no longer than others.  */
static struct str free_name(struct lower *l, struct map *taken, struct str name)
{
    void **slot = map_add(taken, name);
    uintptr_t next = (uintptr_t)*slot;
    struct str result = name;
    *slot = (void *)(next ? next : 2);
    while (next) {
        struct str number = arena_printf(l->arena, "-%zu", (size_t)next++);
        result = joined(l, str_sub(name, 0, NAME_LIMIT - number.n), "", number);
        if (map_find(taken, result))
            continue;
        *map_add(taken, result) = (void *)(uintptr_t)2;
        *map_find(taken, name) = (void *)next;
        break;
    }
    return result;
}

/* The address in its one spelling, so that two of them are seen to be one.  */
static struct str canonical(struct lower *l, struct str address)
{
    struct addr a;
    struct fault fault;
    char text[48];
    if (!value_addr(address, &a, &fault))
        return address;
    return arena_str(l->arena, str_of(addr_text(&a, text)));
}

/* Says whether this is the first time that somebody says 'what' of these.  Bars are in no part of a
   row, so the key is one for each.  */
static bool first_time(struct lower *l, const char *what, struct str a, struct str b, struct str c)
{
    struct buf key = { .arena = l->arena };
    buf_printf(&key, "%s|%.*s|%.*s|%.*s", what, STR_ARG(a), STR_ARG(b), STR_ARG(c));
    void **slot = map_add(&l->seen, buf_str(&key));
    bool first = !*slot;
    *slot = l;
    return first;
}

/* Statements.  */

static struct stmt *statement(struct lower *l, const struct value *values, uint32_t n)
{
    struct stmt *s = NEW(l->arena, struct stmt);
    s->words = words_make(l->arena, values, n, 0);
    return s;
}

static void add(struct lower *l, struct made_block *b, const struct value *values, uint32_t n)
{
    stmts_add(&b->body, statement(l, values, n));
    b->braces->body = b->body.first;
}

#define ADD(L, BLOCK, ...)                                                                         \
    add(L, BLOCK, (const struct value[]){ __VA_ARGS__ },                                           \
        (uint32_t)(sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)))

/* A new block at the top of the file: KIND NAME [ARGUMENT] { }.  */
static struct made_block block_open(struct lower *l, const struct entry *e, enum made kind,
                                    struct piece name, const struct value *argument)
{
    struct value values[3] = { word(l, kind, e), literal(l, name) };
    if (argument)
        values[2] = *argument;
    struct made_block b = { .stmt = statement(l, values, argument ? 3 : 2),
                            .braces = NEW(l->arena, struct braces),
                            .name = name };
    *b.braces = (struct braces){ NULL, e->row->line.lo, e->row->line.hi, false };
    b.stmt->block = b.braces;
    stmts_add(&l->out->stmts, b.stmt);
    return b;
}

/* The block of options.  */

static struct str option_words(struct lower *l)
{
    struct buf b = { .arena = l->arena };
    for (size_t i = 0; i < N_OPTIONS; i++)
        buf_printf(&b, "%s%s", i == 0 ? "" : i + 1 < N_OPTIONS ? ", " : " and ", options[i].word);
    return buf_str(&b);
}

static void unknown_option(struct lower *l, struct value v)
{
    struct suggest near;
    suggest_init(&near, value_text(v));
    for (size_t i = 0; i < N_OPTIONS; i++)
        suggest_offer(&near, str_of(options[i].word));
    struct diag *m = diag(l->diags, CHECK_directive_unknown, value_span(v),
                          "`%.*s` is no word of a legacy block", STR_ARG(value_text(v)));
    struct str words = option_words(l);
    if (near.best.n)
        diag_help(l->diags, m, "did you mean `%.*s`? the words are %.*s", STR_ARG(near.best),
                  STR_ARG(words));
    else
        diag_help(l->diags, m, "the words are %.*s", STR_ARG(words));
}

static enum option option_named(struct str name)
{
    size_t i = 0;
    while (i < N_OPTIONS && !str_ieq(name, str_of(options[i].word)))
        i++;
    return (enum option)i;
}

static bool wrong_value(struct lower *l, enum option id, struct span span, const char *why)
{
    struct diag *m = diag(l->diags, CHECK_directive_value, span, "%s: %s", options[id].word, why);
    diag_help(l->diags, m, "write `%s %s`", options[id].word, options[id].syntax);
    return false;
}

/* Judges what does not depend on a row, so that a mistake is reported where it was made and not at
   each row.  */
static bool option_is_fine(struct lower *l, enum option id, const struct stmt *s)
{
    struct cidr cidr;
    uint64_t number;
    uint16_t port;
    struct fault fault;
    if (s->words->n != 2 || s->block)
        return wrong_value(l, id, stmt_span(s), "one value is expected");
    struct value v = stmt_value(s, 1);
    if (v.bad)
        return false;
    if (v.special)
        return true;
    if (id == OPTION_submission && !value_int(value_text(v), 1, 65535, &number, &fault))
        return wrong_value(l, id, value_span(v), fault.why);
    if (id == OPTION_local && !value_endpoint(value_text(v), &cidr, &port, &fault))
        return wrong_value(l, id, value_span(v), fault.why);
    return true;
}

static void read_option(struct lower *l, const struct stmt *s, struct span *seen)
{
    if (s->words->v[0].bad)
        return;
    enum option id = option_named(stmt_text(s, 0));
    if (id == N_OPTIONS) {
        unknown_option(l, stmt_value(s, 0));
    } else if (id == OPTION_user) {
        VEC_PUSH(l->arena, &l->block_users, stmt_settled(l->arena, s));
    } else if (seen[id].hi) {
        struct diag *m = diag(l->diags, CHECK_directive_repeated, stmt_span(s),
                              "a second `%s`: this one counts", options[id].word);
        diag_also(l->diags, m, seen[id], "the first one");
    }
    if (id == N_OPTIONS || id == OPTION_user)
        return;
    seen[id] = stmt_span(s);
    if (option_is_fine(l, id, s))
        l->option[id] = stmt_value(s, 1);
}

static void read_options(struct lower *l, const struct stmt *block)
{
    struct span seen[N_OPTIONS] = { NOWHERE };
    const struct stmt *s;
    for (size_t i = 0; i < N_OPTIONS; i++)
        l->option[i] = value_make(l->arena, VALUE_WORD, str_of(options[i].usual), NOWHERE);
    if (!block)
        return;
    for (struct walk w = walk_block(block); (s = walk_next(&w));)
        read_option(l, s, seen);
}

/* The part of a row that "${...}" at the start of 's' names, or N_PARTS; '*len' is its length.  */
static enum part part_at(struct str s, size_t *len)
{
    struct str name = str_sub(s, 2, str_find(s, '}') - 2);
    size_t i = 0;
    *len = name.n + 3;
    while (i < N_PARTS && !str_ieq(name, str_of(part_words[i])))
        i++;
    return (enum part)i;
}

/* Appends the option with the row's own fields in it; any other variable stays.  */
static void put_template(struct text *t, struct value v, const struct entry *e)
{
    struct str s = value_text(v);
    bool in_string = v.kind == VALUE_STRING;
    t->string |= in_string;
    for (size_t i = 0, len; i < s.n && t->quoted.n <= AST_WORD; i += len) {
        struct str rest = str_sub(s, i, s.n);
        bool escaped = str_starts(rest, STR("$${")) || (in_string && s.p[i] == '\\');
        enum part part = N_PARTS;
        len = escaped ? 2 : 1;
        if (!escaped && str_starts(rest, STR("${")) && str_find(rest, '}') < rest.n) {
            part = part_at(rest, &len);
            len = part < N_PARTS ? len : 2;
        }
        if (part < N_PARTS)
            text_put(t, e->part[part].text);
        else
            text_raw(t, str_sub(rest, 0, len), in_string);
    }
}

/* The option 'id' as it is for a row.  Its place is the row's 'span'.  */
static struct value template(struct lower *l, enum option id, const struct entry *e,
                             struct span span)
{
    struct text t = text_new(l);
    put_template(&t, l->option[id], e);
    if (t.quoted.n <= AST_WORD)
        return text_value(l, &t, span);
    diag(l->diags, CHECK_directive_value, span, "%s: more than %d bytes for this row",
         options[id].word, AST_WORD);
    struct value v = literal(l, (struct piece){ STR(""), span });
    v.bad = true;
    return v;
}

/* Rows.  */

static struct piece piece_at(const struct row *row, size_t i)
{
    return (struct piece){ row->field[i], row->span[i] };
}

static const struct entry *entry_of(struct lower *l, const struct row *row)
{
    struct entry *e = NEW(l->arena, struct entry);
    size_t at = row->shape == ROW_CLIENT_DELIVERY ? 1 : 0;
    e->row = row;
    e->client = piece_at(row, 0);
    e->part[PART_address] = piece_at(row, at);
    e->part[PART_selector] = piece_at(row, at + 1);
    e->part[PART_domain] = piece_at(row, at + 2);
    e->part[PART_hostname] = piece_at(row, at + 3);
    e->part[PART_vmta] = piece_at(row, row->shape == ROW_SUBMISSION ? at + 3 : at + 4);
    for (size_t i = 0; i < N_PARTS; i++)
        e->part[i].text = lower_case(l->arena, e->part[i].text);
    e->client.text = lower_case(l->arena, e->client.text);
    return e;
}

/* The TLS identity of a row's certificate: its name.  */
static struct piece identity_of(struct lower *l, const struct entry *e)
{
    struct piece host = e->part[PART_hostname];
    struct value path = template(l, OPTION_certificate, e, host.span);
    void **slot = map_add(&l->identities, value_text(path));
    struct made_block *b = *slot;
    if (!b) {
        *slot = b = NEW(l->arena, struct made_block);
        host.text = free_name(l, &l->identity_names, name_of(l, host.text));
        *b = block_open(l, e, MADE_tls, host, NULL);
        ADD(l, b, word(l, MADE_certificate, e), path);
    }
    return (struct piece){ b->name.text, e->row->line };
}

/* ADDR:PORT of a listener for clients of a row.  */
static struct value endpoint_of(struct lower *l, const struct entry *e)
{
    struct text t = text_new(l);
    bool is_v6 = str_find(e->client.text, ':') < e->client.text.n;
    if (is_v6)
        text_put(&t, STR("["));
    text_put(&t, e->client.text);
    text_put(&t, is_v6 ? STR("]:") : STR(":"));
    put_template(&t, l->option[OPTION_submission], e);
    return text_value(l, &t, e->client.span);
}

/* The listener for the clients of a row: TLS and login required.  The first row of an address says
   what its certificate is.  */
static struct sender *listener_of(struct lower *l, const struct entry *e)
{
    struct str address = canonical(l, e->client.text);
    void **slot = map_add(&l->listeners, address);
    struct sender *listener = *slot;
    if (listener)
        return listener;
    *slot = listener = NEW(l->arena, struct sender);
    struct piece identity = identity_of(l, e);
    struct str name = joined(l, str_of(made_words[MADE_submission_name]), "-", address);
    struct piece own = { name_of(l, name), e->client.span };
    struct value endpoint = endpoint_of(l, e);
    listener->entry = e;
    listener->vmtas.arena = l->arena;
    name = joined(l, str_of(made_words[MADE_delivery_name]), "-", address);
    listener->pool = (struct piece){ name_of(l, name), e->client.span };
    listener->block = block_open(l, e, MADE_listener, own, &endpoint);
    ADD(l, &listener->block, word(l, MADE_tls, e), word(l, MADE_required, e), literal(l, identity));
    ADD(l, &listener->block, word(l, MADE_auth, e), word(l, MADE_required, e));
    VEC_PUSH(l->arena, &l->senders, listener);
    return listener;
}

/* What the loopback listener lets in: its own address.  A network or a variable may be anything, so
   there it is the usual loopback address.  */
static struct str local_client(struct lower *l)
{
    struct cidr cidr;
    uint16_t port;
    struct fault fault;
    char text[48];
    struct value v = l->option[OPTION_local];
    if (v.special || !value_endpoint(value_text(v), &cidr, &port, &fault) ||
        cidr.bits != (cidr.addr.family == 4 ? 32 : 128) ||
        addr_kind(&cidr.addr) == ADDR_UNSPECIFIED)
        return str_of(made_words[MADE_loopback]);
    return arena_str(l->arena, str_of(addr_text(&cidr.addr, text)));
}

/* The listener for local programs that choose the VMTA by a header.  */
static struct sender *local_listener(struct lower *l, const struct entry *e)
{
    if (l->local)
        return l->local;
    struct span line = e->row->line;
    struct value endpoint = template(l, OPTION_local, e, line);
    struct sender *local = l->local = NEW(l->arena, struct sender);
    struct piece name = { str_of(made_words[MADE_local_name]), line };
    struct piece client = { local_client(l), line };
    local->entry = e;
    local->vmtas.arena = l->arena;
    local->block = block_open(l, e, MADE_listener, name, &endpoint);
    ADD(l, &local->block, word(l, MADE_tls, e), word(l, MADE_none, e));
    ADD(l, &local->block, word(l, MADE_auth, e), word(l, MADE_none, e));
    ADD(l, &local->block, word(l, MADE_allow, e), literal(l, client));
    ADD(l, &local->block, word(l, MADE_by_header, e), word(l, MADE_yes, e));
    VEC_PUSH(l->arena, &l->senders, local);
    return local;
}

/* The user of a submission row, or NULL if that was reported.  */
static struct sender *user_of(struct lower *l, const struct entry *e)
{
    struct piece name = piece_at(e->row, 4), password = piece_at(e->row, 5);
    void **slot = map_add(&l->users, name.text);
    struct sender *user = *slot;
    if (user && str_eq(user->entry->row->field[5], password.text))
        return user;
    if (user) {
        struct diag *m =
            diag(l->diags, CHECK_name_duplicate, name.span,
                 "user `%.*s` with another password than in an earlier row", STR_ARG(name.text));
        diag_also(l->diags, m, user->entry->row->span[4], "the earlier row");
        diag_help(l->diags, m, "a user has one password: repeat it, or use another name here");
        return NULL;
    }
    *slot = user = NEW(l->arena, struct sender);
    user->entry = e;
    user->vmtas.arena = l->arena;
    user->pool = (struct piece){ name_of(l, name.text), name.span };
    user->block = block_open(l, e, MADE_user, name, NULL);
    struct text t = text_new(l);
    t.string = true; /* a word may be a reference, such as env:NAME */
    text_put(&t, password.text);
    ADD(l, &user->block, word(l, MADE_password, e), text_value(l, &t, password.span));
    VEC_PUSH(l->arena, &l->senders, user);
    return user;
}

/* The key of a row; what it is signed with is in the block of its domain.  */
static struct domain *domain_of(struct lower *l, const struct entry *e)
{
    struct piece name = e->part[PART_domain], selector = piece_at(e->row, 1);
    if (e->row->shape == ROW_CLIENT_DELIVERY)
        selector = piece_at(e->row, 2);
    void **slot = map_add(&l->domains, name.text);
    struct domain *domain = *slot;
    if (!domain) {
        *slot = domain = NEW(l->arena, struct domain);
        domain->selectors.arena = l->arena;
        domain->block = block_open(l, e, MADE_dkim, name, NULL);
    }
    struct value file = template(l, OPTION_key_file, e, selector.span);
    if (first_time(l, "key", name.text, e->part[PART_selector].text, value_text(file))) {
        *map_add(&domain->selectors, selector.text) = l;
        ADD(l, &domain->block, word(l, MADE_selector, e), literal(l, selector), file);
    }
    return domain;
}

/* The VMTA of a row: 'name' if the row gives one.  NULL if rows contradict each other, which was
   reported.  */
static struct vmta *vmta_of(struct lower *l, const struct entry *e, struct piece name)
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
    *slot = vmta = NEW(l->arena, struct vmta);
    free_name(l, &l->taken, name.text);
    vmta->shape = e->row->shape;
    vmta->entry = e;
    vmta->block = block_open(l, e, MADE_vmta, name, NULL);
    if (vmta->shape == ROW_NON_TLS)
        ADD(l, &vmta->block, word(l, MADE_tls, e), word(l, MADE_none, e));
    if (vmta->shape == ROW_CLIENT_DELIVERY)
        VEC_PUSH(l->arena, &l->deliveries, vmta);
    return vmta;
}

/* The name of a submission row's VMTA.  User n leaves by address n, so a hostname on a second
   address is a second VMTA.  */
static struct piece submission_name(struct lower *l, const struct entry *e)
{
    struct piece host = e->part[PART_hostname];
    struct str address = canonical(l, e->client.text);
    void **slot = map_add(&l->submissions, joined(l, host.text, "|", address));
    if (*slot)
        return (struct piece){ ((const struct piece *)*slot)->text, host.span };
    struct piece *name = *slot = NEW(l->arena, struct piece);
    *name = (struct piece){ name_of(l, host.text), host.span };
    const struct vmta *other = map_get(&l->vmtas, name->text);
    if (other && other->shape == ROW_SUBMISSION) {
        struct str tail = str_sub(name_of(l, address), 0, NAME_LIMIT / 2);
        name->text = joined(l, str_sub(name->text, 0, NAME_LIMIT - 1 - tail.n), "-", tail);
        if (map_find(&l->vmtas, name->text))
            name->text = free_name(l, &l->taken, name->text);
    }
    return *name;
}

/* Adds the address and the key of a row to its VMTA.  */
static void add_source(struct lower *l, struct vmta *vmta, const struct entry *e)
{
    struct piece address = e->part[PART_address], host = e->part[PART_hostname];
    struct piece domain_name = e->part[PART_domain];
    struct str name = vmta->block.name.text;
    struct domain *domain = domain_of(l, e);
    if (first_time(l, "source", name, canonical(l, address.text), host.text))
        ADD(l, &vmta->block, word(l, MADE_source, e), literal(l, address), literal(l, host));
    if (!first_time(l, "sign", name, domain_name.text, e->part[PART_selector].text))
        return;
    ADD(l, &vmta->block, word(l, MADE_sign, e), literal(l, domain_name));
    VEC_PUSH(l->arena, &l->signatures, (struct signature){ vmta->block.body.last, domain, e });
}

static void lower_row(struct lower *l, const struct row *row)
{
    const struct entry *e = entry_of(l, row);
    struct piece name = { STR(""), NOWHERE };
    struct sender *sender = NULL;
    if (row->shape == ROW_SUBMISSION) {
        name = submission_name(l, e);
        listener_of(l, e);
        sender = user_of(l, e);
    } else if (row->shape == ROW_CLIENT_DELIVERY) {
        name = piece_at(row, 5);
        sender = listener_of(l, e);
    } else {
        name = piece_at(row, 4);
        sender = local_listener(l, e);
    }
    domain_of(l, e); /* also where the VMTA is refused: the key is not at fault */
    struct vmta *vmta = vmta_of(l, e, name);
    if (!vmta)
        return;
    add_source(l, vmta, e);
    void **by = sender ? map_add(&sender->vmtas, vmta->block.name.text) : NULL;
    if (by && !*by)
        *by = (void *)(uintptr_t)e;
}

/* What can only be said when all rows are known.  */

/* The field of a row that says which VMTA it is.  */
static struct piece via_of(struct str name, const struct entry *e)
{
    return (struct piece){ name, e->part[PART_vmta].span };
}

/* A pool of all VMTAs of 'sender'; its name.  Members that might be read as a statement are named
   at full length.  */
static struct str make_pool(struct lower *l, const struct sender *sender)
{
    const struct map *vmtas = &sender->vmtas;
    struct piece name = { free_name(l, &l->taken, sender->pool.text), sender->pool.span };
    struct made_block b = block_open(l, sender->entry, MADE_pool, name, NULL);
    struct value *members = NEW_ARRAY(l->arena, struct value, vmtas->n);
    bool as_list = true;
    for (size_t i = 0; i < vmtas->n; i++) {
        struct str vmta = vmtas->entries[i].key;
        members[i] = literal(l, via_of(vmta, vmtas->entries[i].value));
        members[i].joined = i > 0;
        as_list &= str_find(vmta, '.') < vmta.n;
    }
    if (as_list)
        add(l, &b, members, (uint32_t)vmtas->n);
    for (size_t i = 0; !as_list && i < vmtas->n; i++) {
        members[i].joined = false;
        ADD(l, &b, word(l, MADE_member, vmtas->entries[i].value), members[i]);
    }
    return name.text;
}

/* A user who leaves by several addresses in turn has them on his own rows; for the address of a
   client it may be a slip.  */
static void note_pool(struct lower *l, const struct sender *sender)
{
    const struct map *vmtas = &sender->vmtas;
    const struct entry *first = vmtas->entries[0].value, *second = vmtas->entries[1].value;
    if (second->row->shape != ROW_CLIENT_DELIVERY)
        return;
    struct diag *m = diag(l->diags, CHECK_rows_pooled, second->part[PART_vmta].span,
                          "mail from `%.*s` leaves by `%.*s` and `%.*s` in turn%s",
                          STR_ARG(second->client.text), STR_ARG(vmtas->entries[0].key),
                          STR_ARG(vmtas->entries[1].key), vmtas->n > 2 ? ", and by others" : "");
    diag_also(l->diags, m, first->part[PART_vmta].span, "the first one");
    diag_help(l->diags, m, "give each VMTA a client address of its own if they are not alike");
}

static void finish_sender(struct lower *l, struct sender *sender)
{
    if (!sender->vmtas.n || (sender->vmtas.n > 1 && !sender->pool.text.n))
        return;
    const struct entry *e = sender->vmtas.entries[0].value;
    if (sender->vmtas.n > 1)
        note_pool(l, sender);
    struct str name = sender->vmtas.n > 1 ? make_pool(l, sender) : sender->vmtas.entries[0].key;
    ADD(l, &sender->block, word(l, MADE_via, e), literal(l, via_of(name, e)));
}

/* Names the selector where the domain has several.  */
static void finish_signature(struct lower *l, const struct signature *s)
{
    if (s->domain->selectors.n < 2)
        return;
    const struct row *row = s->entry->row;
    struct piece selector = piece_at(row, row->shape == ROW_CLIENT_DELIVERY ? 2 : 1);
    struct value values[3] = { stmt_value(s->stmt, 0), stmt_value(s->stmt, 1),
                               literal(l, selector) };
    s->stmt->words = words_make(l->arena, values, 3, 0);
}

/* A user of the block, who leaves by the VMTA of the client-delivery rows if there is just one and
   nobody has said otherwise.  Else the listener decides.  */
static void add_block_user(struct lower *l, struct stmt *user)
{
    struct made_block b = { .stmt = user, .braces = NEW(l->arena, struct braces) };
    struct str via = str_of(made_words[MADE_via]);
    bool has_via = false;
    const struct stmt *child;
    stmts_add(&l->out->stmts, user);
    if (!user->block)
        return;
    for (struct walk w = walk_block(user); (child = walk_next(&w));) {
        has_via |= str_ieq(stmt_text(child, 0), via);
        stmts_add(&b.body, stmt_settled(l->arena, child));
    }
    *b.braces = (struct braces){ b.body.first, user->block->open, user->block->close, false };
    user->block = b.braces;
    if (!has_via && l->deliveries.n == 1) {
        const struct vmta *vmta = l->deliveries.v[0];
        ADD(l, &b, word(l, MADE_via, vmta->entry),
            literal(l, via_of(vmta->block.name.text, vmta->entry)));
    }
}

void legacy_lower(struct arena *arena, struct diags *diags, const struct rows *rows,
                  const struct stmt *block, struct ast_file *out)
{
    struct map names = { .arena = arena }, exact = { .arena = arena, .exact = true };
    struct lower l = { .arena = arena,
                       .diags = diags,
                       .out = out,
                       .seen = exact,
                       .identity_names = names,
                       .identities = exact,
                       .domains = names,
                       .users = names,
                       .listeners = names,
                       .vmtas = names,
                       .taken = names,
                       .submissions = names };
    *out = (struct ast_file){ .source = rows->source };
    out->comments.v = rows->comments.v;
    out->comments.n = rows->comments.n;
    out->comments.cap = rows->comments.n;
    read_options(&l, block);
    for (size_t i = 0; i < rows->list.n; i++)
        lower_row(&l, &rows->list.v[i]);
    for (size_t i = 0; i < l.senders.n; i++)
        finish_sender(&l, l.senders.v[i]);
    for (size_t i = 0; i < l.signatures.n; i++)
        finish_signature(&l, &l.signatures.v[i]);
    for (size_t i = 0; i < l.block_users.n; i++)
        add_block_user(&l, l.block_users.v[i]);
}
