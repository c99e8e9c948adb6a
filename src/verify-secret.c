#include <config.h>

#include "verify.h"

/* A password has this many bytes, not counting words that everybody tries.  */
enum { ENOUGH = 12, LONGEST_WORD = 32, SHORTEST_WORD = 4 };

static const struct str common[] = {
    STR_INIT("password"), STR_INIT("passwort"), STR_INIT("passwd"),  STR_INIT("secret"),
    STR_INIT("admin"),    STR_INIT("welcome"),  STR_INIT("qwerty"),  STR_INIT("letmein"),
    STR_INIT("changeme"), STR_INIT("default"),  STR_INIT("1234567"), STR_INIT("powermta"),
};

/* Words that passwords are made from, to what is said of such a password.  */
struct word_parts {
    struct map map;
};

static const char of_common[] = "is made from a word that everybody tries first";
static const char of_domain[] = "is made from the name of a domain";

/* The letter that a digit or a sign is often written for.  */
static char plain_letter(char c)
{
    static const char from[] = "0134578@$!", to[] = "oieastbasi";
    const char *found = c ? strchr(from, c) : NULL;
    return found ? to[found - from] : to_lower(c);
}

/* 'word' in plain letters.  */
static struct str plain(struct arena *arena, struct str word)
{
    char *p = arena_alloc(arena, word.n);
    for (size_t i = 0; i < word.n; i++)
        p[i] = plain_letter(word.p[i]);
    return (struct str){ p, word.n };
}

static void add_word(struct word_parts *words, struct str word, const char *what)
{
    void **slot = map_add(&words->map, plain(words->map.arena, word));
    if (!*slot)
        *slot = (void *)what;
}

/* The label by which people call a domain: the last one but the public suffix.  */
static struct str main_label(struct str domain)
{
    size_t end = domain.n;
    bool suffix = true; /* the last label never counts */
    while (end > 0) {
        size_t start = end;
        while (start > 0 && domain.p[start - 1] != '.')
            start--;
        if (!suffix && end - start >= SHORTEST_WORD)
            return str_sub(domain, start, end - start);
        suffix = false;
        end = start ? start - 1 : 0;
    }
    return STR("");
}

static void add_domain(struct word_parts *words, struct str domain)
{
    struct str label = main_label(domain);
    if (label.n)
        add_word(words, label, of_domain);
}

static struct str domain_of(struct str user)
{
    return str_sub(user, str_find(user, '@') + 1, user.n);
}

/* What to say of a 'secret' that holds one of 'words' and little more, or NULL.  */
static const char *derived_from(const struct word_parts *words, struct str secret)
{
    struct str text = plain(words->map.arena, secret);
    for (size_t n = text.n < LONGEST_WORD ? text.n : LONGEST_WORD; n >= SHORTEST_WORD; n--)
        for (size_t i = 0; i + n <= text.n && text.n - n < ENOUGH; i++) {
            const char *what = map_get(&words->map, str_sub(text, i, n));
            if (what)
                return what;
        }
    return NULL;
}

static bool is_user_name(struct str secret, struct str user)
{
    return str_ieq(secret, user) || str_ieq(secret, str_sub(user, 0, str_find(user, '@')));
}

static void weak(const struct model *model, const struct user *user, const char *why)
{
    struct diag *m = diag(model->diags, CHECK_secret_weak, user->password.arg.span,
                          "the password of `%.*s` %s", STR_ARG(user->object.name), why);
    diag_help(model->diags, m, "take a random one of %d characters or more", 2 * ENOUGH);
}

/* The first user with the same password goes into 'seen'.  */
static void judge_user(const struct model *model, const struct word_parts *words, struct map *seen,
                       const struct user *user)
{
    struct str secret = user->password.text;
    void **slot = map_add(seen, secret);
    const struct user *first = *slot;
    if (!first)
        *slot = (void *)user;
    if (is_user_name(secret, user->object.name)) {
        weak(model, user, "is the user's name");
    } else if (first) {
        struct diag *m = diag(model->diags, CHECK_secret_weak, user->password.arg.span,
                              "the password of `%.*s` is that of `%.*s` too",
                              STR_ARG(user->object.name), STR_ARG(first->object.name));
        if (first->password.arg.span.lo != user->password.arg.span.lo)
            diag_also(model->diags, m, first->password.arg.span, "first used here");
        diag_help(model->diags, m, "give each user a password of his own");
    } else if (secret.n < ENOUGH) {
        weak(model, user, "is shorter than 12 characters");
    } else {
        const char *what = derived_from(words, secret);
        if (what)
            weak(model, user, what);
    }
}

/* Only what is known can be judged: secrets are read when something is built.  */
void verify_secret_weak(const struct model *model)
{
    struct map seen = { .arena = model->scratch, .exact = true };
    struct word_parts words = { .map = { .arena = model->scratch } };
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        add_word(&words, common[i], of_common);
    for (size_t i = 0; i < model->dkim.n; i++)
        add_domain(&words, model->dkim.v[i]->object.name);
    for (size_t i = 0; i < model->users.n; i++)
        if (str_find(model->users.v[i]->object.name, '@') < model->users.v[i]->object.name.n)
            add_domain(&words, domain_of(model->users.v[i]->object.name));
    for (size_t i = 0; i < model->users.n; i++)
        if (model->users.v[i]->password.known && !model->users.v[i]->password.arg.bad)
            judge_user(model, &words, &seen, model->users.v[i]);
}

/* What proves 'u' but a password.  Without a method it is the password, unless the user has our own
   'certificate', for which the method is written too.  Before 5.0 no source shows that a
   certificate could.  */
static bool has_other_proof(const struct model *model, const struct user *u)
{
    const struct line *method =
        line_find(&u->lines, model->target[TARGET_user_authentication_method]);
    bool certificate =
        u->certificate.text.n || line_find(&u->lines, model->target[TARGET_user_tls_certificate]);
    if (method && (method->bad || !method->what->n_args))
        return true; /* that was reported */
    if (!method)
        return u->certificate.text.n && model->version >= PMTA_5_0;
    struct str word = method->what->args[0].text;
    return str_ieq(word, STR("system")) || (certificate && str_ieq(word, STR("certificate")));
}

/* A user whom nothing proves.  */
void verify_secret_missing(const struct model *model)
{
    for (size_t i = 0; i < model->users.n; i++) {
        const struct user *u = model->users.v[i];
        bool written = u->password.kind != SECRET_NONE || u->password.arg.bad;
        if (u->object.bad || written || has_other_proof(model, u))
            continue;
        const struct line *method =
            line_find(&u->lines, model->target[TARGET_user_authentication_method]);
        bool certificate = method && str_ieq(method->what->args[0].text, STR("certificate"));
        struct diag *m =
            diag(model->diags, CHECK_secret_missing, u->object.span, "the user `%.*s` has no %s",
                 STR_ARG(u->object.name), certificate ? "certificate" : "password");
        diag_help_topology(model->diags, m, "say `%s` in it",
                           certificate ? "certificate PATH" : "password env:VARIABLE");
        diag_help_powermta(model->diags, m, "write `password SECRET` in it");
    }
}
