#include <config.h>

#include "verify.h"

/* Limits that are none, or other ones than were meant.  */

/* Lines of one directive in all <domain> blocks.  */
struct limit {
    const struct model *m;
    enum target target;
    void (*judge)(const struct model *, const struct domain *, const struct line *);
    const struct braces
        *fine; /* the block that was judged last, and nothing had to be said of it */
};

/* Most VMTAs have blocks that say the same, and share them.  */
static void in_domains(struct limit *l, const struct domains *domains)
{
    for (const struct domain *d = domains->first; d; d = d->next) {
        if (d->block && d->block == l->fine)
            continue;
        const struct line *line = line_find(&d->lines, l->m->target[l->target]);
        size_t calls = l->m->diags->n_calls;
        if (line && !line->bad && !d->bad && line->what->n_args == 1)
            l->judge(l->m, d, line);
        if (calls == l->m->diags->n_calls)
            l->fine = d->block;
    }
}

static void each_limit(struct limit l)
{
    const struct model *m = l.m;
    if (!model_says(m, l.target))
        return;
    in_domains(&l, &m->domains);
    for (size_t i = 0; i < m->vmtas.n; i++)
        in_domains(&l, &m->vmtas.v[i]->domains);
    for (size_t i = 0; i < m->pools.n; i++)
        in_domains(&l, &m->pools.v[i]->domains);
}

static bool rate_of(const struct line *line, uint64_t *count, uint64_t *seconds)
{
    struct fault fault;
    bool multiple;
    return value_rate(line->what->args[0].text, count, seconds, &multiple, &fault);
}

/* limit-none: so much that nothing is ever held back */

static void judge_none(const struct model *m, const struct domain *d, const struct line *line)
{
    enum { NONE = 1000000 };
    uint64_t count, seconds;
    (void)d;
    if (!rate_of(line, &count, &seconds) || count < NONE)
        return;
    struct diag *x =
        diag(m->diags, CHECK_limit_none, line_span(line), "so high a rate limits nothing");
    diag_help(m->diags, x, "leave it out, or write a rate that the other side takes");
}

void verify_limit_none(const struct model *m)
{
    each_limit((struct limit){ m, TARGET_domain_max_rate, judge_none, NULL });
    each_limit((struct limit){ m, TARGET_domain_backoff_rate, judge_none, NULL });
}

/* limit-many: connections to one provider */

static void judge_many(const struct model *m, const struct domain *d, const struct line *line)
{
    enum { MANY = 500 };
    struct fault fault;
    uint64_t n;
    if (!value_int(line->what->args[0].text, MANY, UINT32_MAX, &n, &fault) ||
        str_eq(d->pattern, STR("*")))
        return;
    struct diag *x = diag(m->diags, CHECK_limit_many, line_span(line),
                          "%u connections at once to one destination", (unsigned)n);
    diag_help(m->diags, x, "large providers refuse more than some dozens from one address");
}

void verify_limit_many(const struct model *m)
{
    each_limit((struct limit){ m, TARGET_domain_max_out, judge_many, NULL });
}

/* limit-zero */

static void judge_zero(const struct model *m, const struct domain *d, const struct line *line)
{
    (void)d;
    if (!str_eq(line->what->args[0].text, STR("0")))
        return;
    struct diag *x = diag(m->diags, CHECK_limit_zero, line_span(line),
                          "whether 0 stops mail here or sets no limit is not documented");
    diag_help(m->diags, x, "write a number, or leave it out");
}

void verify_limit_zero(const struct model *m)
{
    each_limit((struct limit){ m, TARGET_domain_max_rate, judge_zero, NULL });
    each_limit((struct limit){ m, TARGET_domain_backoff_rate, judge_zero, NULL });
    each_limit((struct limit){ m, TARGET_domain_max_out, judge_zero, NULL });
}

/* limit-total */

static void total(const struct model *m, enum target target)
{
    enum { FEW = 100 };
    const struct line *line = line_find(&m->lines, m->target[target]);
    struct fault fault;
    uint64_t n;
    if (!line || line->bad || !value_int(line->what->args[0].text, 1, FEW - 1, &n, &fault))
        return;
    struct diag *x = diag(m->diags, CHECK_limit_total, line_span(line),
                          "%u connections for the whole server: all else waits", (unsigned)n);
    diag_help(m->diags, x,
              "fine for a small server or one that is warmed up; PowerMTA takes %s by "
              "itself",
              line->what->dir->fallback[0] ? line->what->dir->fallback : "many more");
}

void verify_limit_total(const struct model *m)
{
    total(m, TARGET_global_total_in);
    total(m, TARGET_global_total_out);
}

/* backoff-faster */

static void judge_faster(const struct model *m, const struct domain *d, const struct line *line)
{
    const struct line *normal = line_find(&d->lines, m->target[TARGET_domain_max_rate]);
    uint64_t count, seconds, normal_count, normal_seconds;
    bool known = rate_of(line, &count, &seconds);
    bool none = !known && str_ieq(line->what->args[0].text, STR("unlimited"));
    if (!normal || normal->bad || normal->what->n_args != 1 || !(known || none) ||
        !rate_of(normal, &normal_count, &normal_seconds))
        return;
    if (known && count * normal_seconds <= normal_count * seconds)
        return;
    struct diag *x = diag(m->diags, CHECK_backoff_faster, line_span(line),
                          "backoff sends faster than what it is a backoff from");
    diag_also(m->diags, x, line_span(normal), "the rate as long as all is well");
    diag_help(m->diags, x, "write a lower rate here");
}

void verify_backoff_faster(const struct model *m)
{
    if (model_says(m, TARGET_domain_max_rate))
        each_limit((struct limit){ m, TARGET_domain_backoff_rate, judge_faster, NULL });
}

/* starttls-off */

static void judge_starttls(const struct model *m, const struct domain *d, const struct line *line)
{
    if (!str_eq(d->pattern, STR("*")) || line_bool(&d->lines, line->what->dir) != 0)
        return;
    struct diag *x = diag(m->diags, CHECK_starttls_off, line_span(line),
                          "mail to every destination goes in clear text");
    diag_help(m->diags, x, "write `%s yes`, and switch it off for those that have trouble with it",
              line->what->dir->name);
}

void verify_starttls_off(const struct model *m)
{
    each_limit((struct limit){ m, TARGET_domain_use_starttls, judge_starttls, NULL });
}

/* dkim-sha1 */

static void judge_sha1(const struct model *m, const struct domain *d, const struct line *line)
{
    const char *best = line->what->dir->fallback;
    (void)d;
    if (str_ieq(line->what->args[0].text, str_of(best)))
        return;
    struct diag *x = diag(m->diags, CHECK_dkim_sha1, line_span(line),
                          "RFC 8301 forbids signatures by %.*s, and nobody counts them",
                          STR_ARG(line->what->args[0].text));
    diag_help(m->diags, x, "write `%s %s`, or leave it out", line->what->dir->name, best);
}

void verify_dkim_sha1(const struct model *m)
{
    each_limit((struct limit){ m, TARGET_domain_dkim_algorithm, judge_sha1, NULL });
}

/* log-data */

static void log_data(const struct model *m, const struct lines *lines)
{
    const struct line *line = line_find(lines, m->target[TARGET_domain_log_data]);
    if (!line || line->bad || line_bool(lines, line->what->dir) != 1)
        return;
    struct diag *x = diag(m->diags, CHECK_log_data, line_span(line),
                          "the log holds every message, and it grows as fast as they come");
    diag_help(m->diags, x, "switch it on for as long as you look for something");
}

static void judge_data(const struct model *m, const struct domain *d, const struct line *line)
{
    (void)line;
    log_data(m, &d->lines);
}

void verify_log_data(const struct model *m)
{
    if (!model_says(m, TARGET_domain_log_data))
        return;
    for (size_t i = 0; i < m->sources.n; i++)
        log_data(m, &m->sources.v[i]->lines);
    for (size_t i = 0; i < m->listeners.n; i++)
        log_data(m, &m->listeners.v[i]->source_lines);
    for (size_t i = 0; i < m->clients.n; i++)
        log_data(m, &m->clients.v[i]->lines);
    for (size_t i = 0; i < m->users.n; i++)
        log_data(m, &m->users.v[i]->source_lines);
    each_limit((struct limit){ m, TARGET_domain_log_data, judge_data, NULL });
}
