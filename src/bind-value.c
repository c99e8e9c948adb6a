#include <config.h>

#include "bind-internal.h"

/* The part of 'arg' that 'fault' speaks of, if its text is the source text.  */
static struct span fault_span(struct bind *b, struct arg arg, const struct fault *f)
{
    struct str written = source_text(b->program->sources, arg.span);
    bool literal = str_eq(written, arg.text) && f->hi > f->lo && f->hi <= arg.text.n;
    if (!literal)
        return arg.span;
    return (struct span){ arg.span.lo + (uint32_t)f->lo, arg.span.lo + (uint32_t)f->hi };
}

static void add_fix(struct bind *b, struct diag *m, struct arg arg, const struct fault *f)
{
    if (!f->fix[0])
        return;
    struct str fix = arena_str(b->arena, str_of(f->fix));
    diag_help(b->diags, m, "write %.*s", STR_ARG(fix));
    diag_fix(b->diags, m, arg.span, fix);
}

static const char *address_word(struct str text)
{
    return str_find(text, ':') < text.n ? "an IPv6 address" : "an IPv4 address";
}

bool bind_cidr(struct bind *b, struct arg arg, struct cidr *cidr)
{
    struct fault f;
    if (arg.bad)
        return false;
    if (value_cidr(arg.text, cidr, &f))
        return true;
    if (bind_is_template(b, arg))
        return false;
    struct diag *m = diag(b->diags, CHECK_address_syntax, arg.span, "`%.*s` is not %s: %s",
                          STR_ARG(arg.text), address_word(arg.text), f.why);
    add_fix(b, m, arg, &f);
    return false;
}

void bind_host_bits(struct bind *b, struct arg arg, const struct cidr *cidr)
{
    char text[56];
    if (!cidr_has_host_bits(cidr))
        return;
    struct cidr network = cidr_network(cidr);
    cidr_text(&network, text);
    struct diag *m = diag(b->diags, CHECK_address_host_bits, arg.span,
                          "`%.*s` has bits set behind its prefix", STR_ARG(arg.text));
    diag_help(b->diags, m, "the network is %s", text);
    diag_fix(b->diags, m, arg.span, arena_str(b->arena, str_of(text)));
}

bool bind_network(struct bind *b, struct arg arg, struct cidr *cidr)
{
    if (!bind_cidr(b, arg, cidr))
        return false;
    bind_host_bits(b, arg, cidr);
    return true;
}

bool bind_endpoint(struct bind *b, struct arg arg, struct cidr *cidr, uint16_t *port)
{
    struct fault f;
    if (arg.bad)
        return false;
    if (value_endpoint(arg.text, cidr, port, &f))
        return true;
    if (bind_is_template(b, arg))
        return false;
    struct diag *m = diag(b->diags, CHECK_address_syntax, arg.span,
                          "`%.*s` is not ADDRESS:PORT: %s", STR_ARG(arg.text), f.why);
    add_fix(b, m, arg, &f);
    return false;
}

static enum check host_check(enum host_fault fault)
{
    static const enum check checks[] = {
        [HOST_SYNTAX] = CHECK_host_syntax,
        [HOST_NOT_QUALIFIED] = CHECK_host_not_qualified,
        [HOST_IS_ADDRESS] = CHECK_host_is_address,
        [HOST_NOT_ASCII] = CHECK_host_not_ascii,
    };
    return checks[fault];
}

struct str bind_lower(struct bind *b, struct str s)
{
    bool upper = false;
    for (size_t i = 0; i < s.n; i++)
        upper |= (unsigned char)(s.p[i] - 'A') < 26;
    if (!upper)
        return s;
    char *p = arena_alloc(b->arena, s.n);
    for (size_t i = 0; i < s.n; i++)
        p[i] = to_lower(s.p[i]);
    return (struct str){ p, s.n };
}

/* PowerMTA may take it as it is written, so nothing of it is dropped.  */
static bool is_only_odd(struct bind *b, enum check check)
{
    return b->model->raw && check_row(check)->read < LEVEL_ERROR;
}

static bool judge_host(struct bind *b, struct arg *arg, enum host_fault fault, struct fault *f,
                       const char *what)
{
    if (fault == HOST_FINE) {
        arg->text = bind_lower(b, arg->text);
        return true;
    }
    if (bind_is_template(b, *arg)) {
        arg->bad = true;
        return false;
    }
    /* A reason that begins with the text itself says it all.  */
    bool complete = f->why[0] == '`' && str_starts(str_of(f->why + 1), str_sub(arg->text, 0, 64));
    struct diag *m = complete
                         ? diag(b->diags, host_check(fault), fault_span(b, *arg, f), "%s", f->why)
                         : diag(b->diags, host_check(fault), fault_span(b, *arg, f),
                                "`%.*s` is not %s: %s", STR_ARG(arg->text), what, f->why);
    add_fix(b, m, *arg, f);
    if (is_only_odd(b, host_check(fault)))
        return true;
    arg->bad = true;
    return false;
}

/* Neighbours are hosts of the same domain more often than not.  */
bool bind_host(struct bind *b, struct arg *arg)
{
    struct fault f;
    if (arg->bad)
        return false;
    if (b->above_host.n && value_host_below(arg->text, b->above_host))
        return true;
    if (!judge_host(b, arg, value_host(arg->text, &f), &f, "a hostname"))
        return false;
    struct str above = str_sub(arg->text, str_find(arg->text, '.') + 1, arg->text.n);
    VEC_PUSH(b->arena, &b->model->noted.above, above);
    if (str_find(above, '.') < above.n)
        b->above_host = above;
    return true;
}

/* Neighbours sign for the same domain more often than not.  */
bool bind_domain_name(struct bind *b, struct arg *arg, bool pattern)
{
    struct fault f;
    if (arg->bad)
        return false;
    if (str_eq(arg->text, b->usual_domain))
        return true;
    enum host_fault fault = value_domain(arg->text, pattern, &f);
    if (fault == HOST_FINE && !pattern) {
        arg->text = b->usual_domain = bind_lower(b, arg->text);
        return true;
    }
    return judge_host(b, arg, fault, &f, pattern ? "a domain pattern" : "a domain");
}

bool bind_selector(struct bind *b, struct arg arg)
{
    struct fault f;
    if (arg.bad)
        return false;
    if (value_selector(arg.text, &f))
        return true;
    struct diag *m = diag(b->diags, CHECK_selector_syntax, fault_span(b, arg, &f),
                          "`%.*s` is not a DKIM selector: %s", STR_ARG(arg.text), f.why);
    add_fix(b, m, arg, &f);
    return is_only_odd(b, CHECK_selector_syntax);
}

bool bind_name(struct bind *b, struct arg arg, bool user)
{
    struct fault f;
    if (arg.bad)
        return false;
    if (bind_is_template(b, arg))
        return true;
    if (name_is_reserved(arg.text)) {
        struct diag *m = diag(b->diags, CHECK_name_reserved, arg.span,
                              "PowerMTA keeps the name `%.*s` for itself", STR_ARG(arg.text));
        diag_help(b->diags, m, "choose another name, without braces");
        return b->model->raw;
    }
    if (value_name(arg.text, user, &f))
        return true;
    struct diag *m = diag(b->diags, CHECK_name_syntax, fault_span(b, arg, &f),
                          "`%.*s` is not a name: %s", STR_ARG(arg.text), f.why);
    diag_help_topology(b->diags, m, "names are 1 to 64 of letters, digits, `.`, `_` and `-`%s",
                       user ? ", for users also `@` and `+`" : "");
    return b->model->raw;
}

struct ref bind_ref(struct bind *b, struct arg arg, const struct stmt *s)
{
    (void)b;
    return (struct ref){ .name = arg.text,
                         .span = arg.span,
                         .bad = arg.bad,
                         .line = s ? value_span(stmt_value(s, 0)).lo : 0,
                         .alone = s && s->words->n < 2 };
}

bool bind_hide_variables(struct bind *b, struct str text)
{
    bool found = false;
    for (size_t at = 0; at + 2 < text.n; at++) {
        if (text.p[at] != '$' || text.p[at + 1] != '{')
            continue;
        struct str rest = str_sub(text, at + 2, text.n);
        struct var *var = vars_find(b->env.vars, str_sub(rest, 0, str_find(rest, '}')));
        if (!var)
            continue;
        found = true;
        if (var->secret)
            continue;
        var->secret = true;
        diag_secret(b->diags, value_span(var->value));
        if (!bind_hide_variables(b, value_text(var->value)))
            diag_secret_text(b->diags, value_text(var->value));
    }
    return found;
}

static void missing(struct bind *b, struct arg arg, const char *what, struct str name,
                    const char *why)
{
    if (b->program->options->compare)
        return;
    diag(b->diags, CHECK_secret_missing, arg.span, "%s `%.*s` %s", what, STR_ARG(name), why);
}

static void read_environment(struct bind *b, struct secret *secret, struct str name)
{
    const struct io *io = b->program->sources->io;
    const char *text = io->environment(io->context, arena_str(b->arena, name).p);
    if (!text || !*text) {
        missing(b, secret->arg, "the environment variable", name, text ? "is empty" : "is not set");
        return;
    }
    secret->text = arena_str(b->arena, str_of(text));
    secret->known = true;
    diag_secret_text(b->diags, secret->text);
}

static void read_file(struct bind *b, struct secret *secret, struct str path)
{
    const struct io *io = b->program->sources->io;
    struct io_identity identity;
    const char *why = NULL;
    struct str text;
    if (io->read(io->context, b->arena, path.p, 64 << 10, &text, &identity, &why)) {
        missing(b, secret->arg, "the file", path,
                arena_printf(b->arena, "cannot be read: %s", why).p);
        return;
    }
    VEC_PUSH(b->arena, &b->program->secret_files, path);
    if (text.n && text.p[text.n - 1] == '\n')
        text.n--;
    if (text.n && text.p[text.n - 1] == '\r')
        text.n--;
    if (!text.n || str_find(text, '\n') < text.n) {
        missing(b, secret->arg, "the file", path, text.n ? "has more than one line" : "is empty");
        return;
    }
    secret->text = text;
    secret->known = true;
    diag_secret_text(b->diags, text);
}

/* Rows have no other way, so there it is a note, once a file.  */
static void report_inline(struct bind *b, struct span span)
{
    const struct source *source = source_of(b->program->sources, span.lo);
    bool row = source && source->rows;
    if (row && b->program->secrets_noted == source)
        return;
    struct diag *m = diag_at(b->diags, CHECK_secret_inline, row ? LEVEL_NOTE : LEVEL_WARNING, span,
                             row ? "passwords in the file" : "a secret in the file");
    diag_help_topology(b->diags, m,
                       row ? "rows have no other way; a topology has env:NAME and file:PATH"
                           : "write env:NAME or file:PATH: the file is for many to read");
    diag_help_powermta(
        b->diags, m, "PowerMTA reads it from nowhere else: let nobody but PowerMTA read the file");
    if (row)
        b->program->secrets_noted = source;
}

/* Secrets are read when something is built, and only for the hosts that are.  */
static bool wants_secrets(const struct bind *b)
{
    const struct options *o = b->program->options;
    return o->secrets && !o->redact && (!o->host.n || str_ieq(o->host, b->model->host));
}

struct secret bind_secret(struct bind *b, const struct stmt *s, struct arg arg)
{
    struct secret secret = { .kind = SECRET_INLINE, .arg = arg };
    bool wanted = wants_secrets(b) && !arg.bad;
    bool inline_only = b->model->raw; /* PowerMTA reads secrets from nowhere else */
    if (!inline_only && str_starts(arg.text, STR("env:"))) {
        secret.kind = SECRET_ENV;
        if (wanted)
            read_environment(b, &secret, str_sub(arg.text, 4, arg.text.n));
    } else if (!inline_only && str_starts(arg.text, STR("file:"))) {
        struct str path = str_sub(arg.text, strlen("file:"), arg.text.n);
        path = arena_str(b->arena, load_beside(b->program, arg.span, path));
        secret.kind = SECRET_FILE;
        if (!arg.bad)
            VEC_PUSH(b->arena, &b->program->secret_paths, path);
        if (wanted)
            read_file(b, &secret, path);
    } else {
        /* A key without a password is written "" by many.  */
        bool of_key = s->words->n > 2;
        secret.text = arg.text;
        secret.known = !arg.bad && (arg.text.n > 0 || of_key);
        if (!arg.bad && !secret.known)
            diag(b->diags, CHECK_directive_value, arg.span, "a secret cannot be empty");
        diag_secret(b->diags, arg.span);
        diag_secret_text(b->diags, arg.text);
        for (uint32_t i = 1; i < s->words->n; i++)
            bind_hide_variables(b, stmt_text(s, i));
        if (secret.known && arg.text.n)
            report_inline(b, arg.span);
    }
    secret.arg.unread = !secret.known;
    return secret;
}

void bind_prefixes(struct bind *b, struct prefixes *list, struct args args, uint32_t from)
{
    for (uint32_t i = from; i < args.n; i++) {
        struct prefix *p = NEW(b->arena, struct prefix);
        p->span = args.v[i].span;
        p->bad = !bind_network(b, args.v[i], &p->cidr);
        if (list->last)
            list->last->next = p;
        else
            list->first = p;
        list->last = p;
    }
}
