#include <config.h>

#include "verify-pattern.h"

/* What is in many configurations because it was in the one that they were copied from.  */

/* acct-forever */

void verify_acct_forever(const struct model *m)
{
    const struct directive *dir = m->target[TARGET_acct_delete_after];
    for (size_t i = 0; i < m->sections.n; i++) {
        const struct section_body *s = m->sections.v[i];
        const struct line *line = s->scope == SCOPE_acct_file ? line_find(&s->lines, dir) : NULL;
        struct fault fault;
        uint64_t seconds;
        if (!line || line->bad || line->what->n_args != 1 ||
            value_duration(line->what->args[0].text, &seconds, &fault))
            continue;
        struct diag *d = diag(m->diags, CHECK_acct_forever, line_span(line),
                              "PowerMTA never deletes these files");
        diag_help(m->diags, d, "fine where something else does; else write `%s %s`", dir->name,
                  dir->fallback);
    }
}

/* dkim-any-domain.  Whoever writes `dkim *` in a topology knows what it is.  */

static void any_domain(const struct model *m, const struct keys *keys)
{
    for (const struct key *k = keys->first; k; k = k->next) {
        if (k->what->by_sign || k->bad || !str_eq(k->what->domain.text, STR("*")))
            continue;
        struct diag *d =
            diag(m->diags, CHECK_dkim_any_domain, key_span(k), "this key signs for every domain");
        diag_help(m->diags, d, "a signature counts only where the DNS of the domain has the key");
    }
}

void verify_dkim_any_domain(const struct model *m)
{
    if (!m->raw)
        return;
    any_domain(m, &m->keys);
    for (size_t i = 0; i < m->pools.n; i++)
        any_domain(m, &m->pools.v[i]->keys);
    for (size_t i = 0; i < m->vmtas.n; i++)
        any_domain(m, &m->vmtas.v[i]->keys);
}

/* vmta-choice */

void verify_vmta_choice(const struct model *m)
{
    const struct directive *choice = m->target[TARGET_source_x_vmta];
    for (size_t i = 0; i < m->sources.n; i++) {
        const struct source_rule *s = m->sources.v[i];
        if (!s->by_address || !cidr_is_any(&s->cidr) || line_bool(&s->lines, choice) != 1 ||
            line_bool(&s->lines, m->target[TARGET_source_require_auth]) == 1 ||
            line_bool(&s->lines, m->target[TARGET_source_relay]) == 1)
            continue;
        struct diag *d = diag(m->diags, CHECK_vmta_choice, line_span(line_find(&s->lines, choice)),
                              "anybody may choose the VMTA that his mail leaves by");
        diag_help(m->diags, d, "allow it in the sources of those whose mail you send");
    }
}

/* source-missing */

void verify_source_missing(const struct model *m)
{
    if (!m->raw || m->sources.n || !m->listeners.n)
        return;
    struct diag *d = diag(m->diags, CHECK_source_missing, m->listeners.v[0]->object.span,
                          "there is a listener, and no <source> says who may do what");
    diag_help(m->diags, d, "write a <source> for the clients whose mail you take");
}

/* regex-backslash: "S+@S+" */

/* A letter that stands for a class of characters behind a backslash, alone and repeated.  */
static bool is_bare_class(struct str s, size_t at)
{
    static const char classes[] = "SWDswd";
    bool alone = at == 0 || !(is_alnum(s.p[at - 1]) || s.p[at - 1] == '\\');
    return alone && at + 1 < s.n && memchr(classes, s.p[at], sizeof classes - 1) &&
           s.p[at + 1] == '+';
}

static void judge_backslashes(const struct model *m, const struct section_body *list, void *context)
{
    (void)context;
    for (const struct line *l = lines_first(&list->lines); l; l = l->next) {
        const struct arg *arg = pattern_of(l);
        size_t at = 0;
        while (arg && at < arg->text.n && !is_bare_class(arg->text, at))
            at++;
        if (!arg || l->bad || at == arg->text.n)
            continue;
        struct arg there = *arg;
        there.span = pattern_place(l);
        struct diag *d =
            diag(m->diags, CHECK_regex_backslash, pattern_span(&there, at, at + 2),
                 "`%.*s` is the letter, as often as it comes", STR_ARG(str_sub(arg->text, at, 2)));
        diag_help(m->diags, d, "was `\\%.*s` meant? a copy may have lost the backslashes",
                  STR_ARG(str_sub(arg->text, at, 2)));
    }
}

void verify_regex_backslash(const struct model *m)
{
    walk_sections(m, (struct section_walk){ judge_backslashes, NULL });
}
