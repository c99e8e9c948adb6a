#include <config.h>

#include "plan-internal.h"

#include "coverage.h"

/* What a 'tls' word must take back.

   PowerMTA merges the settings of all patterns that hold for a destination, "*" first, and takes
   those of the VMTA before those of its pools and of the server (section 7 of the notes on its
   syntax): a switch that a wider pattern or scope turns on stays on until it is turned off.

   What a domain macro stands for is not looked up: its pattern, "$isp", is taken to meet all
   others, since to turn off what is off already does no harm.  A client certificate stays: nothing
   is known that takes one back.

   Switches are bits: the rows of 'tls_out_undone' first, then the protocols.  */

static bool word_turns_on(enum tls_word word, const struct lower_row *undone)
{
    enum lower group = lower_tls_out(word);
    for (const struct lower_row *row = lower_rows(group); row->group == group; row++)
        if (row->target == undone->target)
            return !str_eq(row->value.text, undone->value.text);
    return false;
}

/* What 'lines' say of a switch, else 'otherwise'.  */
static bool differs(const struct lines *lines, const struct directive *dir, int usual,
                    bool otherwise)
{
    int says = line_bool(lines, dir);
    return says < 0 ? otherwise : says != usual;
}

/* The switches that 'use', or a line beside it, sets otherwise than PowerMTA by itself.  */
static unsigned switched(const struct plan *p, const struct tls_use *use, const struct lines *lines)
{
    unsigned bits = 0, bit = 1;
    const struct tls *tls = plan_tls_of(use);
    const struct lower_row *row = lower_rows(LOWER_tls_out_undone);
    if (use->word == TLS_UNSET && !lines->some)
        return 0;
    for (; row->group == LOWER_tls_out_undone; row++, bit <<= 1) {
        const struct directive *dir = p->m->target[row->target];
        if (dir->since <= p->m->version &&
            differs(lines, dir, 0, use->word != TLS_UNSET && word_turns_on(use->word, row)))
            bits |= bit;
    }
    for (int i = 0; i < N_PROTOCOLS; i++, bit <<= 1) {
        const struct directive *dir = plan_protocol(p, i);
        if (dir->since <= p->m->version && differs(lines, dir, 1, tls && i + 1 < tls->minimum))
            bits |= bit;
    }
    return bits;
}

static const struct lines no_lines = { .made = NULL };

static bool has_macro(struct str pattern)
{
    return str_find(pattern, '$') < pattern.n;
}

static unsigned switched_by_all(const struct plan *p, const struct domains *domains)
{
    unsigned bits = 0;
    for (const struct domain *d = domains->first; d; d = d->next)
        bits |= switched(p, &d->tls, &d->lines);
    return bits;
}

struct spread plan_spread(const struct plan *p, const struct domains *domains,
                          const struct tls_use *tls)
{
    struct spread spread = { .domains = domains };
    const struct domain *any = NULL;
    bool macro = false;
    for (const struct domain *d = domains->first; d; d = d->next) {
        if (coverage_is_any(d->pattern))
            any = d;
        else
            spread.wild |= str_find(d->pattern, '*') < d->pattern.n;
        if (has_macro(d->pattern)) {
            spread.macros |= switched(p, &d->tls, &d->lines);
            macro = true;
        }
    }
    if (macro)
        spread.all = switched_by_all(p, domains);
    const struct tls_use *use = any && any->tls.word != TLS_UNSET ? &any->tls : tls;
    static const struct tls_use unset = { .word = TLS_UNSET };
    spread.any = switched(p, use ? use : &unset, any ? &any->lines : &no_lines);
    return spread;
}

/* What the section of exactly 'name' switches, where it holds for 'pattern'.  */
static unsigned switched_by(const struct plan *p, const struct spread *spread, struct str name,
                            struct str pattern)
{
    const struct domain *d = domain_find(spread->domains, name);
    return d && coverage_pattern_holds(d->pattern, pattern) ? switched(p, &d->tls, &d->lines) : 0;
}

unsigned plan_reached(struct plan *p, const struct spread *spread, struct str pattern)
{
    unsigned bits = spread->any;
    if (coverage_is_any(pattern) || !spread->domains->first)
        return bits;
    bits |= has_macro(pattern) ? spread->all : spread->macros;
    bits |= switched_by(p, spread, pattern, pattern);
    for (struct str s = pattern; spread->wild && !coverage_is_any(s); s = coverage_wider(s)) {
        struct str from_on = arena_printf(p->arena, "[*.]%.*s", STR_ARG(s));
        bits |= switched_by(p, spread, from_on, pattern);
        bits |= switched_by(p, spread, arena_printf(p->arena, "*.%.*s", STR_ARG(s)), pattern);
    }
    return bits;
}

static void undo(struct plan *p, struct conf_section *s, const struct directive *dir,
                 const struct arg *value, const struct lines *said, struct span origin)
{
    if (!(said && line_find(said, dir)) && !conf_has(s, dir))
        conf_line(p->conf, s, dir, value, 1, 0, origin);
}

void plan_undo(struct plan *p, struct conf_section *s, unsigned reached, const struct tls_use *use,
               const struct lines *said)
{
    static const struct arg yes = { .text = STR_INIT("yes") };
    const struct tls *tls = plan_tls_of(use);
    unsigned bit = 1;
    if (use->word == TLS_UNSET || !reached)
        return;
    const struct lower_row *row = lower_rows(LOWER_tls_out_undone);
    for (; row->group == LOWER_tls_out_undone; row++, bit <<= 1)
        if (reached & bit)
            undo(p, s, p->m->target[row->target], &row->value, said, use->span);
    for (int i = 0; tls && tls->minimum && i < N_PROTOCOLS; i++, bit <<= 1)
        if (reached & bit) /* what is not to be allowed is written already */
            undo(p, s, plan_protocol(p, i), &yes, said, tls->minimum_span);
}
