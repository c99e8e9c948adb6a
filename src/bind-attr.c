#include <config.h>

#include "bind-internal.h"

bool bind_one(struct bind *b, const struct stmt *s, struct args a, const char *syntax)
{
    return bind_shape(b, s, a, 1, 1, syntax) && !a.v[1].bad;
}

/* The index in 'words' of what 'arg' says, or -1, reported with all of them.  */
static int one_of(struct bind *b, struct arg arg, const char *const *words, int n)
{
    struct buf all = { .arena = b->arena };
    for (int i = 0; i < n; i++)
        if (str_ieq(arg.text, str_of(words[i])))
            return i;
    for (int i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    struct diag *m = diag(b->diags, CHECK_directive_value, arg.span, "`%.*s` is not %.*s",
                          STR_ARG(arg.text), STR_ARG(buf_str(&all)));
    diag_help(b->diags, m, "write %.*s", STR_ARG(buf_str(&all)));
    return -1;
}

/* tls { } */

void attr_tls_certificate(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct tls *tls = block->object;
    if (!bind_shape(b, s, a, 1, 2, "PATH [SECRET]") || a.v[1].bad)
        return;
    tls->certificate = a.v[1];
    if (a.n > 2 && !a.v[2].bad)
        tls->password = bind_secret(b, s, a.v[2]);
}

void attr_tls_key(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct tls *tls = block->object;
    if (!bind_one(b, s, a, "PATH"))
        return;
    struct str cert = STR("CERTIFICATE.pem");
    const struct stmt *t;
    for (struct walk w = walk_block(tls->object.stmt); (t = walk_next(&w));)
        if (t->words->n > 1 && str_ieq(stmt_text(t, 0), STR("certificate")))
            cert = stmt_text(t, 1);
    struct diag *m = diag(b->diags, CHECK_tls_key_file, a.v[0].span,
                          "PowerMTA reads certificate and key from one PEM file");
    diag_help(b->diags, m,
              "join them: `(umask 077; cat %.*s %.*s > both.pem)`, and name that file as "
              "`certificate`",
              STR_ARG(cert), STR_ARG(a.v[1].text));
}

void attr_tls_minimum(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    static const char *const words[] = { "1.0", "1.1", "1.2", "1.3" };
    struct tls *tls = block->object;
    if (!bind_one(b, s, a, "1.0, 1.1, 1.2 or 1.3"))
        return;
    tls->minimum = one_of(b, a.v[1], words, N_PROTOCOLS) + 1;
    tls->minimum_span = stmt_span(s);
}

static void tls_text(struct bind *b, const struct stmt *s, struct args a, struct arg *to,
                     enum target target, const char *syntax)
{
    if (!bind_one(b, s, a, syntax))
        return;
    struct line *line = bind_make_line(b, target, a.v + 1, 1, stmt_span(s));
    if (bind_check_value(b, line))
        *to = a.v[1];
}

void attr_tls_ciphers(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->ciphers, TARGET_listener_tls_ciphers, "LIST");
}

void attr_tls_suites(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->suites, TARGET_listener_tls_suites, "LIST");
}

void attr_tls_ca(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->ca, TARGET_listener_tls_ca_file, "PATH");
}

void attr_tls_dh_bits(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    tls_text(b, s, a, &((struct tls *)block->object)->dh_bits, TARGET_listener_tls_dh,
             "1024, 2048 or 4096");
}

/* dkim { } */

static void report_selector(struct bind *b, const struct selector *x, const struct selector *y)
{
    bool conflict = !str_eq(x->file.text, y->file.text);
    struct diag *m =
        diag(b->diags, conflict ? CHECK_selector_conflict : CHECK_name_duplicate, y->name.span,
             conflict ? "the selector `%.*s` of this domain has two key files"
                      : "the selector `%.*s` is declared twice",
             STR_ARG(y->name.text));
    diag_also(b->diags, m, conflict ? x->file.span : x->name.span, "first declared here");
}

void attr_dkim_selector(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    static const char *const words[] = { "signing", "published", "retired" };
    struct dkim *dkim = block->object;
    struct selector *selector = NEW(b->arena, struct selector);
    if (!bind_shape(b, s, a, 2, 3, "NAME KEYFILE [signing|published|retired]"))
        return;
    int state = a.n > 3 && !a.v[3].bad ? one_of(b, a.v[3], words, 3) : 0;
    *selector =
        (struct selector){ .name = a.v[1],
                           .file = a.v[2],
                           .dkim = dkim,
                           .state = state < 0 ? SELECTOR_SIGNING : (enum selector_state)state };
    selector->bad = !bind_selector(b, a.v[1]) || a.v[2].bad;
    const struct selector *before = selector->bad ? NULL : dkim_selector(dkim, a.v[1].text);
    if (before)
        report_selector(b, before, selector);
    else
        dkim_add(dkim, selector, b->arena);
}

/* TLS words */

struct tls_row {
    const char *word;
    bool inbound, outbound;
    const char *other;
};

static const struct tls_row tls_rows[] = {
    { "", false, false, "" },
#define TLS_WORD(ID, WORD, IN, OUT, OTHER) { WORD, IN, OUT, OTHER },
#include "../grammar/tls.def"
#undef TLS_WORD
};

static struct str tls_words(struct bind *b, bool inbound)
{
    struct buf all = { .arena = b->arena };
    for (size_t i = 1; i < N_TLS_WORDS; i++)
        if (inbound ? tls_rows[i].inbound : tls_rows[i].outbound)
            buf_printf(&all, "%s%s", all.n ? ", " : "", tls_rows[i].word);
    return buf_str(&all);
}

void bind_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a,
              struct tls_use *use, bool inbound, bool identity)
{
    use->bad = true;
    if (!bind_shape(b, s, a, 1, identity ? 2 : 1, identity ? "WORD [IDENTITY]" : "WORD") ||
        a.v[1].bad)
        return;
    for (size_t i = 1; i < N_TLS_WORDS; i++) {
        const struct tls_row *row = &tls_rows[i];
        if (!str_ieq(a.v[1].text, str_of(row->word)))
            continue;
        if (!(inbound ? row->inbound : row->outbound)) {
            struct diag *m = diag(b->diags, CHECK_tls_direction, a.v[1].span,
                                  inbound ? "`%s` is about mail going out; clients come in here"
                                          : "`%s` is about clients coming in; mail goes out here",
                                  row->word);
            diag_help(b->diags, m, "write `tls %s`", row->other);
            diag_fix(b->diags, m, a.v[1].span, str_of(row->other));
            return;
        }
        *use = (struct tls_use){ .word = (uint8_t)i,
                                 .span = a.v[1].span,
                                 .copied = block->copied > 0 };
        b->model->has_required_tls |= !inbound && i == TLS_required;
        if (a.n > 2) {
            use->identity = NEW(b->arena, struct ref);
            *use->identity = bind_ref(b, a.v[2], s);
        }
        return;
    }
    struct str all = tls_words(b, inbound);
    struct diag *m = diag(b->diags, CHECK_directive_value, a.v[1].span, "`%.*s` is not one of %.*s",
                          STR_ARG(a.v[1].text), STR_ARG(all));
    diag_help(b->diags, m, "the policy comes first, then the identity: `tls %s NAME`",
              inbound ? "required" : "opportunistic");
}

/* listener { } */

void attr_listener_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    bind_tls(b, block, s, a, &((struct listener *)block->object)->tls, true, true);
}

static void bind_auth(struct bind *b, const struct stmt *s, struct args a, enum auth *auth,
                      struct span *span)
{
    static const char *const words[] = { "none", "optional", "required" };
    int word = bind_one(b, s, a, "none|optional|required") ? one_of(b, a.v[1], words, 3) : -1;
    if (word < 0)
        return;
    *auth = (enum auth)(word + 1);
    *span = stmt_span(s);
}

void attr_listener_auth(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct listener *l = block->object;
    bind_auth(b, s, a, &l->auth, &l->auth_span);
}

void attr_listener_allow(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_shape(b, s, a, 1, UINT32_MAX, "CIDR, ..."))
        bind_prefixes(b, &((struct listener *)block->object)->allow, a, 1);
}

void attr_listener_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_one(b, s, a, "VMTA|POOL"))
        ((struct listener *)block->object)->via = bind_ref(b, a.v[1], s);
}

/* What such a source would say is said in the block; two of them would leave open which counts.  */
void attr_own_source(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    (void)a;
    bool user = block->kind == KIND_user;
    struct diag *m = diag(b->diags, CHECK_directive_scope, value_span(stmt_value(s, 0)),
                          "a %s has a source of its own", kind_word(block->kind));
    diag_help(b->diags, m, "say in the block what the source says, or write `%s` at full length",
              kind_word(user ? KIND_raw_user : KIND_raw_listener));
}

void attr_use(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_one(b, s, a, "POLICY"))
        bind_use(b, block, a.v[1]);
}

void attr_include(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct lines *lines = block->targets[block->n_targets - 1].lines;
    if (!bind_one(b, s, a, "PATH|URL"))
        return;
    struct line *line = bind_make_line(b, TARGET_global_include, a.v + 1, 1, stmt_span(s));
    line->copied = block->copied;
    bind_check_line(b, line);
    lines_add(lines, line);
    b->model->foreign_names = true;
    b->model->unread = b->model->raw;
}

/* client { } */

void attr_client_relay(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    static const char *const words[] = { "no", "yes" };
    struct client *c = block->object;
    if (!bind_one(b, s, a, "yes|no"))
        return;
    c->relay = one_of(b, a.v[1], words, 2);
    c->relay_span = stmt_span(s);
}

void attr_client_auth(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct client *c = block->object;
    bind_auth(b, s, a, &c->auth, &c->auth_span);
    if (c->auth == AUTH_UNSET || c->auth == AUTH_REQUIRED)
        return;
    struct diag *m = diag(b->diags, CHECK_directive_value, a.v[1].span,
                          "a client can only be required to log in");
    diag_help(b->diags, m, "`auth none` and `auth optional` belong to the listener");
    c->auth = AUTH_UNSET;
}

void attr_client_tls(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct client *c = block->object;
    bind_tls(b, block, s, a, &c->tls, true, false);
    if (c->tls.word != TLS_implicit)
        return;
    struct diag *m = diag(b->diags, CHECK_tls_direction, a.v[1].span,
                          "implicit TLS is a matter of the listener, not of its clients");
    diag_help(b->diags, m, "write `tls required` here, or `tls implicit` in the listener");
    c->tls.word = TLS_UNSET;
}

void attr_client_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_one(b, s, a, "VMTA|POOL"))
        ((struct client *)block->object)->via = bind_ref(b, a.v[1], s);
}

/* user { } */

void attr_user_password(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    struct secret *password = &((struct user *)block->object)->password;
    if (bind_shape(b, s, a, 1, 1, "env:NAME, file:PATH or a string"))
        *password = bind_secret(b, s, a.v[1]);
    else
        password->arg.bad = true;
}

void attr_user_certificate(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_one(b, s, a, "PATH"))
        ((struct user *)block->object)->certificate = a.v[1];
}

void attr_user_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_one(b, s, a, "VMTA|POOL"))
        ((struct user *)block->object)->via = bind_ref(b, a.v[1], s);
}

void attr_user_allow(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (!bind_shape(b, s, a, 1, UINT32_MAX, "CIDR, ..."))
        return;
    bind_prefixes(b, &((struct user *)block->object)->allow, a, 1);
    struct diag *m = diag_at(b->diags, CHECK_target_unproven, LEVEL_NOTE, a.v[0].span,
                             "PowerMTA cannot bind a user to an address; this is not enforced");
    diag_help(b->diags, m, "give these clients a listener of their own, or a `client` block");
}

/* Sections at full length */

void attr_raw_listener_source(struct bind *b, struct block *block, const struct stmt *s,
                              struct args a)
{
    if (bind_one(b, s, a, "NAME"))
        ((struct listener *)block->object)->source = bind_ref(b, a.v[1], s);
}

void attr_raw_source_via(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_one(b, s, a, "VMTA|POOL"))
        ((struct source_rule *)block->object)->via = bind_ref(b, a.v[1], s);
}

void attr_raw_user_source(struct bind *b, struct block *block, const struct stmt *s, struct args a)
{
    if (bind_one(b, s, a, "NAME"))
        ((struct user *)block->object)->source = bind_ref(b, a.v[1], s);
}
