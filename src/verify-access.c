#include <config.h>

#include "verify.h"

/* The http-access lines that were met.  */
struct rules {
    struct map by_prefix; /* the bytes of a network to its first line */
    bool lengths[2][129]; /* there are networks of this length */
};

/* Levels from the least on.  */
enum access { ACCESS_NONE, ACCESS_MONITOR, ACCESS_OPERATOR, ACCESS_ADMIN, N_ACCESS };

static const struct str access_words[N_ACCESS] = { STR_INIT("none"), STR_INIT("monitor"),
                                                   STR_INIT("operator"), STR_INIT("admin") };

/* The widest ranges of public addresses that are let pass with a note.  */
enum { FEW_BITS_4 = 24, FEW_BITS_6 = 64 };

static struct str network_bytes(const struct cidr *cidr, unsigned bits, struct cidr *space)
{
    *space = *cidr;
    space->bits = (uint8_t)bits;
    *space = cidr_network(space);
    return (struct str){ (const char *)space, sizeof *space };
}

/* The first line before whose range holds all of 'net', or NULL.  */
static const struct line *line_before(const struct rules *rules, const struct cidr *net)
{
    const struct line *first = NULL;
    for (unsigned bits = 0; bits <= net->bits; bits++) {
        struct cidr space;
        if (!rules->lengths[net->addr.family == 6][bits])
            continue;
        const struct line *l = map_get(&rules->by_prefix, network_bytes(net, bits, &space));
        if (l && (!first || line_span(l).lo < line_span(first).lo))
            first = l;
    }
    return first;
}

static void add_rule(const struct model *model, struct rules *rules, const struct cidr *net,
                     const struct line *line)
{
    struct cidr space;
    struct str key = network_bytes(net, net->bits, &space);
    if (!map_find(&rules->by_prefix, key))
        *map_add(&rules->by_prefix, arena_str(model->scratch, key)) = (void *)line;
    rules->lengths[net->addr.family == 6][net->bits] = true;
}

/* Calls 'judge' for each http-access line with the one before it that takes all its clients.  */
static void walk_rules(const struct model *model,
                       void (*judge)(const struct model *, const struct line *, const struct cidr *,
                                     const struct line *before))
{
    struct rules rules = { .by_prefix = { .arena = model->scratch, .exact = true } };
    for (const struct line *l = lines_first(&model->lines); l; l = l->next) {
        struct cidr net;
        struct fault f;
        if (l->what->dir != model->target[TARGET_global_http_access] || l->bad ||
            l->what->n_args < 2 || !value_cidr(l->what->args[0].text, &net, &f))
            continue;
        net = cidr_network(&net);
        judge(model, l, &net, line_before(&rules, &net));
        add_rule(model, &rules, &net, l);
    }
}

static void judge_shadowed(const struct model *model, const struct line *line,
                           const struct cidr *net, const struct line *before)
{
    struct cidr wide;
    struct fault f;
    if (!before)
        return;
    struct diag *m = diag(model->diags, CHECK_access_shadowed, line_span(line),
                          "the line for `%.*s` above takes all of `%.*s`",
                          STR_ARG(before->what->args[0].text), STR_ARG(line->what->args[0].text));
    diag_also(model->diags, m, line_span(before), "the first line that matches counts");
    bool wider = value_cidr(before->what->args[0].text, &wide, &f) && wide.bits < net->bits;
    diag_help(model->diags, m,
              wider ? "write narrow ranges above wide ones" : "leave one of them out");
}

void verify_access_shadowed(const struct model *model)
{
    walk_rules(model, judge_shadowed);
}

static enum access access_of(const struct line *line)
{
    enum access a = ACCESS_NONE;
    while (a < N_ACCESS && !str_ieq(line->what->args[1].text, access_words[a]))
        a++;
    return a;
}

static bool is_public(const struct cidr *net)
{
    enum addr_kind kind = cidr_kind(net);
    return kind == ADDR_PUBLIC || kind == ADDR_DOCUMENTATION;
}

static void judge_exposed(const struct model *model, const struct line *line,
                          const struct cidr *net, const struct line *before)
{
    enum access access = access_of(line);
    bool any = cidr_is_any(net);
    bool many = net->bits < (net->addr.family == 6 ? FEW_BITS_6 : FEW_BITS_4);
    struct str range = line->what->args[0].text, word = line->what->args[1].text;
    if (before || access == ACCESS_NONE || access == N_ACCESS || !is_public(net))
        return;
    if (access == ACCESS_MONITOR && !any)
        return;
    enum level level = access == ACCESS_MONITOR ? LEVEL_WARNING : many ? LEVEL_ERROR : LEVEL_NOTE;
    struct diag *m = diag_at(model->diags, CHECK_monitor_exposed, level, line_span(line),
                             "%s%.*s%s may enter the web monitor from the Internet as `%.*s`",
                             any ? "everybody" : "`", STR_ARG(any ? STR("") : range),
                             any ? "" : "`", STR_ARG(word));
    if (level != LEVEL_NOTE)
        diag_help(model->diags, m, "name the addresses of those who need it: `%s ADDRESS %.*s`",
                  line->what->dir->name, STR_ARG(word));
}

void verify_monitor_exposed(const struct model *model)
{
    walk_rules(model, judge_exposed);
}
