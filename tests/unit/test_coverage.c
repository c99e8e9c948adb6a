/* test_coverage.c - the table of who signs what, against PowerMTA's own rules.

   Some thousands of topologies are made by chance, always the same ones.  Each is built, and what
   was emitted is read again by a small reader that knows nothing of pmtac: for a VMTA, a sender's
   domain and a destination it asks which line 'domain-key' PowerMTA would use.  The table must say
   the same, and it must name every VMTA that holds a key of the domain, or shares a pool with one
   that does, or is its cold VMTA.  */

#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "compile.h"
#include "unit.h"

enum { TOPOLOGIES = 4000, MAX_VMTAS = 7, MAX_POOLS = 2, MAX = 64, ROOM = 2048, LONGEST = 1 << 16 };

/* Chance, the same on every machine.  */
static unsigned chance(uint64_t *state, unsigned n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33) % n;
}

static const char *const domains[] = { "*",
                                       "corp.example",
                                       "acme.corp.example",
                                       "mail.acme.corp.example",
                                       "beta.corp.example",
                                       "gamma.test",
                                       "a.b.gamma.test" };
enum { N_DOMAINS = sizeof domains / sizeof domains[0] };

static const char *const patterns[] = {
    "*", "one.invalid", "two.invalid", "*.wide.invalid", "x.wide.invalid", "[*.]wide.invalid"
};
enum { N_PATTERNS = sizeof patterns / sizeof patterns[0] };

/* Topologies */

struct maker {
    uint64_t state;
    struct buf out;
};

static unsigned roll(struct maker *k, unsigned n)
{
    return chance(&k->state, n);
}

static void make_settings(struct maker *k, const char *indent, unsigned often)
{
    static const char fallback[] = "dkim-identity news@none.test; dkim-identity-fallback "
                                   "@acme.corp.example";
    static const char *const settings[] = { "dkim-sign yes",
                                            "dkim-sign no",
                                            "dkim-sign if-x-dkim-options-present",
                                            "dkim-identity @beta.corp.example",
                                            "dkim-identity strict-from",
                                            fallback,
                                            "max-smtp-out 5" };
    for (unsigned i = 0; i < N_PATTERNS; i++)
        if (roll(k, 10) < often)
            buf_printf(&k->out, "%sdomain %s { %s }\n", indent, patterns[i],
                       settings[roll(k, sizeof settings / sizeof settings[0])]);
}

static void make_native_keys(struct maker *k, const char *indent)
{
    for (unsigned n = 1 + roll(k, 3); n; n--)
        buf_printf(&k->out, "%sdomain-key n%u, %s, /k/%u\n", indent, roll(k, 1000),
                   roll(k, 12) ? domains[roll(k, N_DOMAINS)] : "$brands.corp.example",
                   roll(k, 100000));
}

static void make_keys(struct maker *k, const char *indent)
{
    switch (roll(k, 5)) {
    case 0:
        break;
    case 1:
        make_native_keys(k, indent);
        break;
    default:
        for (unsigned n = 1 + roll(k, 3); n; n--)
            buf_printf(&k->out, "%ssign %s%s\n", indent, domains[roll(k, N_DOMAINS)],
                       roll(k, 6) ? "" : " old");
        if (!roll(k, 6))
            make_native_keys(k, indent);
        break;
    }
}

static void make_vmta(struct maker *k, unsigned i, unsigned n)
{
    buf_printf(&k->out, "vmta v%u {\n    source 198.51.100.%u v%u.acme.test\n", i, i + 1, i);
    make_keys(k, "    ");
    make_settings(k, "    ", 2);
    if (!roll(k, 4) && i + 1 < n)
        buf_printf(&k->out, "    cold v%u\n", i + 1 + roll(k, n - i - 1));
    buf_text(&k->out, "}\n");
}

/* Members of the first pool are the even ones, so that no VMTA is in two pools with domains.  */
static void make_pool(struct maker *k, unsigned pool, unsigned n)
{
    buf_printf(&k->out, "pool p%u {\n    v%u\n", pool, pool);
    for (unsigned i = pool + 2; i < n; i += 2)
        if (roll(k, 3))
            buf_printf(&k->out, "    v%u\n", i);
    if (roll(k, 2))
        make_keys(k, "    ");
    if (roll(k, 2))
        make_settings(k, "    ", 1);
    buf_text(&k->out, "}\n");
}

static struct str make_topology(struct maker *k)
{
    unsigned n = 2 + roll(k, MAX_VMTAS - 1), pools = roll(k, MAX_POOLS + 1);
    buf_text(&k->out, "domain-macro brands acme, delta, mail.acme\n"
                      "pmta-include /etc/pmta/more\n" /* so that gaps are no errors */
                      "listener in 127.0.0.1:2525 { allow 127.0.0.1 }\n");
    for (unsigned i = 0; i < N_DOMAINS; i++)
        buf_printf(&k->out, "dkim %s { selector s%u /k/s%u; selector old /k/old%u retired }\n",
                   domains[i], i, i, i);
    if (!roll(k, 4))
        make_native_keys(k, "");
    make_settings(k, "", 1);
    for (unsigned i = 0; i < n; i++)
        make_vmta(k, i, n);
    for (unsigned i = 0; i < pools; i++)
        make_pool(k, i, n);
    return buf_str(&k->out);
}

/* The emitted text, as PowerMTA would read it */

struct said {
    struct str pattern, name, value;
};

struct holds {
    struct str name;
    struct str keys[MAX][3];
    struct said settings[MAX];
    struct str members[MAX], colds[MAX];
    size_t n_keys, n_settings, n_members, n_colds;
};

struct conf {
    struct holds server, vmtas[MAX], pools[MAX];
    size_t n_vmtas, n_pools;
    struct str brands[MAX];
    size_t n_brands;
};

static struct str next_word(struct str *rest, char end)
{
    *rest = str_trim(*rest);
    size_t at = str_find(*rest, end);
    struct str word = str_trim(str_sub(*rest, 0, at));
    *rest = str_sub(*rest, at + 1, rest->n);
    return word;
}

static void read_key(struct holds *s, struct str rest)
{
    ck_assert_uint_lt(s->n_keys, MAX);
    for (size_t i = 0; i < 3; i++)
        s->keys[s->n_keys][i] = next_word(&rest, ',');
    s->n_keys++;
}

static void read_setting(struct conf *c, struct holds *s, struct str pattern, struct str name,
                         struct str rest)
{
    ck_assert_uint_lt(s->n_settings, MAX);
    if (str_eq(name, STR("domain-key")))
        read_key(s, rest);
    else if (str_eq(name, STR("virtual-mta")))
        s->members[s->n_members++] = str_trim(rest);
    else if (str_eq(name, STR("cold-virtual-mta")))
        s->colds[s->n_colds++] = str_trim(rest);
    else if (str_eq(name, STR("domain-macro"))) {
        next_word(&rest, ' ');
        while (rest.n)
            c->brands[c->n_brands++] = next_word(&rest, ',');
    } else if (pattern.n)
        s->settings[s->n_settings++] = (struct said){ pattern, name, str_trim(rest) };
}

static void read_conf(struct conf *c, struct str text)
{
    struct holds *now = &c->server;
    struct str pattern = STR("");
    while (text.n) {
        struct str line = next_word(&text, '\n'), rest = line, word = next_word(&rest, ' ');
        struct str arg = str_sub(rest, 0, rest.n ? rest.n - 1 : 0);
        if (!line.n || line.p[0] == '#')
            continue;
        if (str_eq(word, STR("<virtual-mta")))
            (now = &c->vmtas[c->n_vmtas++])->name = arg;
        else if (str_eq(word, STR("<virtual-mta-pool")))
            (now = &c->pools[c->n_pools++])->name = arg;
        else if (str_eq(word, STR("<domain")))
            pattern = arg;
        else if (str_eq(word, STR("</domain>")))
            pattern = STR("");
        else if (str_starts(word, STR("</")))
            now = &c->server;
        else if (word.p[0] != '<')
            read_setting(c, now, pattern, word, rest);
    }
}

static bool is_member(const struct holds *pool, struct str vmta)
{
    for (size_t i = 0; i < pool->n_members; i++)
        if (str_eq(pool->members[i], vmta))
            return true;
    return false;
}

/* How well 'pattern' fits: 0 not at all, more the more specific it is.  */
static size_t fits(struct str pattern, struct str destination)
{
    if (str_eq(pattern, STR("*")))
        return 1;
    if (str_eq(pattern, destination))
        return 1000;
    bool on = str_starts(pattern, STR("[*.]"));
    struct str rest = str_sub(pattern, on ? 4 : 2, pattern.n);
    if (on && str_eq(rest, destination))
        return 900;
    if (pattern.p[0] != '*' && !on)
        return 0;
    struct str dotted = str_sub(pattern, on ? 3 : 1, pattern.n); /* "]wide" or ".wide" */
    if (destination.n <= rest.n || !str_ends(destination, rest) ||
        destination.p[destination.n - rest.n - 1] != '.')
        return 0;
    return 2 * dotted.n - on;
}

static struct str setting_in(const struct holds *s, const char *name, struct str destination)
{
    size_t best = 0;
    struct str value = STR("");
    for (size_t i = 0; i < s->n_settings; i++) {
        size_t fit = fits(s->settings[i].pattern, destination);
        if (!str_eq(s->settings[i].name, str_of(name)) || fit <= best)
            continue;
        best = fit;
        value = s->settings[i].value;
    }
    return value;
}

/* Of the VMTA, then of its pools, then of the server.  */
static struct str setting_of(const struct conf *c, const struct holds *v, const char *name,
                             struct str destination)
{
    struct str value = setting_in(v, name, destination);
    for (size_t i = 0; i < c->n_pools && !value.n; i++)
        if (is_member(&c->pools[i], v->name))
            value = setting_in(&c->pools[i], name, destination);
    return value.n ? value : setting_in(&c->server, name, destination);
}

static bool is_parent(struct str parent, struct str domain)
{
    return str_eq(parent, STR("*")) || str_ieq(parent, domain) ||
           (domain.n > parent.n && str_ends(domain, parent) &&
            domain.p[domain.n - parent.n - 1] == '.');
}

static bool key_fits(const struct conf *c, struct str key, struct str domain)
{
    char text[256];
    if (key.p[0] != '$')
        return is_parent(key, domain);
    for (size_t i = 0; i < c->n_brands; i++) {
        int n = snprintf(text, sizeof text, "%.*s.corp.example", STR_ARG(c->brands[i]));
        if (is_parent((struct str){ text, (size_t)n }, domain))
            return true;
    }
    return false;
}

static const struct str *key_in(const struct conf *c, const struct holds *s, struct str domain)
{
    for (size_t i = 0; i < s->n_keys; i++)
        if (key_fits(c, s->keys[i][1], domain))
            return s->keys[i];
    return NULL;
}

static const struct str *key_of(const struct conf *c, const struct holds *v, struct str domain)
{
    const struct str *key = key_in(c, v, domain);
    for (size_t i = 0; i < c->n_pools && !key; i++)
        if (is_member(&c->pools[i], v->name))
            key = key_in(c, &c->pools[i], domain);
    return key ? key : key_in(c, &c->server, domain);
}

static struct str after_at(struct str identity)
{
    size_t at = str_find(identity, '@');
    return str_sub(identity, at + 1, identity.n);
}

/* The line that signs, or NULL.  */
static const struct str *signs(const struct conf *c, const struct holds *v, struct str domain,
                               struct str destination)
{
    struct str sign = setting_of(c, v, "dkim-sign", destination);
    struct str identity = after_at(setting_of(c, v, "dkim-identity", destination));
    struct str fallback = after_at(setting_of(c, v, "dkim-identity-fallback", destination));
    if (!sign.n || str_eq(sign, STR("no")))
        return NULL;
    const struct str *key = key_of(c, v, identity.n ? identity : domain);
    return key || !fallback.n ? key : key_of(c, v, fallback);
}

/* The table, as it stands in JSON: one row a line */

struct told {
    struct str domain, line;
};

static struct str member_of(struct str line, const char *key, char end)
{
    for (size_t i = 0; i < line.n; i++) {
        struct str rest = str_sub(line, i, line.n);
        if (!str_starts(rest, str_of(key)))
            continue;
        rest = str_sub(rest, strlen(key), rest.n);
        return str_sub(rest, 0, str_find(rest, end));
    }
    return STR("");
}

static size_t read_table(struct str text, struct told *rows)
{
    size_t n = 0;
    struct str domain = STR("");
    while (text.n) {
        struct str line = next_word(&text, '\n');
        if (str_starts(line, STR("{\"domain\"")))
            domain = member_of(line, "\"domain\": \"", '"');
        if (!str_starts(line, STR("{\"signed\"")))
            continue;
        ck_assert_uint_lt(n, ROOM);
        rows[n++] = (struct told){ domain, line };
    }
    return n;
}

static bool names_one(struct str name, struct str vmta)
{
    size_t brace = str_find(name, '{');
    unsigned lo, hi, at;
    char text[64];
    if (brace == name.n)
        return str_eq(name, vmta);
    snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    if (sscanf(text + brace, "{%u..%u}", &lo, &hi) != 2 ||
        !str_starts(vmta, str_sub(name, 0, brace)))
        return false;
    snprintf(text, sizeof text, "%.*s", STR_ARG(str_sub(vmta, brace, vmta.n)));
    return sscanf(text, "%u", &at) == 1 && at >= lo && at <= hi;
}

static bool list_names(struct str list, struct str vmta)
{
    while (list.n) {
        struct str name = next_word(&list, ',');
        if (name.n > 2 && names_one(str_sub(name, 1, name.n - 2), vmta))
            return true;
    }
    return false;
}

static bool row_names(const struct conf *c, const struct told *row, struct str vmta)
{
    struct str pools = member_of(row->line, "\"pools\": [", ']');
    if (list_names(member_of(row->line, "\"vmtas\": [", ']'), vmta))
        return true;
    for (size_t i = 0; i < c->n_pools; i++)
        if (list_names(pools, c->pools[i].name) && is_member(&c->pools[i], vmta))
            return true;
    return false;
}

/* How well the row's destinations fit.  */
static size_t row_fits(const struct told *row, struct str destination)
{
    struct str to = member_of(row->line, "\"to\": [", '}');
    size_t end = 0, best = 0;
    while (end < to.n && !str_starts(str_sub(to, end, to.n), STR(", \"pools\"")))
        end++; /* a pattern may hold a bracket too */
    to = str_sub(to, 0, end ? end - 1 : 0);
    if (!to.n)
        return 1;
    while (to.n) {
        struct str name = next_word(&to, ',');
        size_t fit = fits(str_sub(name, 1, name.n - 2), destination);
        best = fit > best ? fit : best;
    }
    return best;
}

/* The row that speaks of mail of 'domain' by 'vmta' to 'destination', or NULL.  */
static const struct told *row_for(const struct conf *c, const struct told *rows, size_t n,
                                  struct str domain, struct str vmta, struct str destination)
{
    const struct told *found = NULL;
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        if (!str_ieq(rows[i].domain, domain) || !row_names(c, &rows[i], vmta))
            continue;
        size_t fit = row_fits(&rows[i], destination);
        if (fit <= best)
            continue;
        best = fit;
        found = &rows[i];
    }
    return found;
}

/* A destination that 'pattern' is the best for.  */
static struct str destination_of(struct str pattern)
{
    if (str_eq(pattern, STR("*")))
        return STR("elsewhere.invalid");
    if (str_eq(pattern, STR("*.wide.invalid")))
        return STR("other.wide.invalid");
    return str_eq(pattern, STR("[*.]wide.invalid")) ? STR("wide.invalid") : pattern;
}

static void compare(const struct conf *c, const struct told *rows, size_t n, struct str domain,
                    const struct holds *v, struct str pattern)
{
    struct str destination = destination_of(pattern);
    const struct told *row = row_for(c, rows, n, domain, v->name, destination);
    struct str asked = str_eq(domain, STR("*")) ? STR("unheard-of.invalid") : domain;
    const struct str *key = signs(c, v, asked, destination);
    if (!row)
        return; /* mail of this domain does not leave by it */
    struct str file = member_of(row->line, "\"keyFile\": \"", '"');
    struct str selector = member_of(row->line, "\"selector\": \"", '"');
    ck_assert_msg(key ? str_eq(file, key[2]) && str_eq(selector, key[0]) : !file.n,
                  "%.*s by %.*s to %.*s: PowerMTA takes %.*s, and the table says %.*s",
                  STR_ARG(domain), STR_ARG(v->name), STR_ARG(pattern),
                  STR_ARG(key ? key[2] : STR("none")), STR_ARG(row->line));
}

/* Everybody whose mail of 'domain' must be in the table.  */
static bool must_be_named(const struct conf *c, const struct holds *v, struct str domain)
{
    bool must = str_eq(domain, STR("*"));
    for (size_t i = 0; i < v->n_keys; i++)
        must |= str_ieq(v->keys[i][1], domain);
    for (size_t p = 0; p < c->n_pools; p++) {
        const struct holds *pool = &c->pools[p];
        for (size_t i = 0; i < pool->n_keys && is_member(pool, v->name); i++)
            must |= str_ieq(pool->keys[i][1], domain);
    }
    for (size_t i = 0; i < c->server.n_keys; i++)
        must |= is_parent(c->server.keys[i][1], domain);
    return must;
}

static void hold_names(const struct conf *c, const struct told *rows, size_t n, struct str domain)
{
    bool must[MAX] = { false };
    for (size_t i = 0; i < c->n_vmtas; i++)
        must[i] = must_be_named(c, &c->vmtas[i], domain);
    for (size_t p = 0; p < c->n_pools; p++) {
        bool any = false;
        for (size_t i = 0; i < c->n_vmtas; i++)
            any |=
                must_be_named(c, &c->vmtas[i], domain) && is_member(&c->pools[p], c->vmtas[i].name);
        for (size_t i = 0; i < c->n_vmtas; i++)
            must[i] |= any && is_member(&c->pools[p], c->vmtas[i].name);
    }
    for (size_t i = 0; i < c->n_vmtas; i++) /* the cold ones stand further down */
        for (size_t k = 0; k < c->vmtas[i].n_colds && must[i]; k++)
            for (size_t j = i + 1; j < c->n_vmtas; j++)
                must[j] |= str_eq(c->vmtas[j].name, c->vmtas[i].colds[k]);
    for (size_t i = 0; i < c->n_vmtas; i++)
        ck_assert_msg(!must[i] ||
                          row_for(c, rows, n, domain, c->vmtas[i].name, STR("elsewhere.invalid")),
                      "mail of %.*s may leave by %.*s, of which the table is silent",
                      STR_ARG(domain), STR_ARG(c->vmtas[i].name));
}

/* A file in memory.  */
static int read_text(void *context, struct arena *arena, const char *path, size_t limit,
                     struct str *text, struct io_identity *identity, const char **why)
{
    const struct str *all = context;
    (void)limit;
    if (strcmp(path, "a.topo") != 0) {
        *why = "is not there";
        return ENOENT;
    }
    char *p = arena_alloc(arena, all->n + 2);
    memcpy(p, all->p, all->n);
    p[all->n] = p[all->n + 1] = '\0';
    *text = (struct str){ p, all->n };
    *identity = (struct io_identity){ 0, 0 };
    return 0;
}

static void hold_table(const struct conf *c, const struct told *rows, size_t n)
{
    for (size_t d = 0; d < N_DOMAINS; d++) {
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known |= str_eq(rows[i].domain, str_of(domains[d]));
        if (!known)
            continue;
        hold_names(c, rows, n, str_of(domains[d]));
        for (size_t i = 0; i < c->n_vmtas; i++)
            for (size_t p = 0; p < N_PATTERNS; p++)
                compare(c, rows, n, str_of(domains[d]), &c->vmtas[i], str_of(patterns[p]));
    }
}

/* The topology of that number, in 'room'.  */
static struct str topology_of(unsigned number, char *room)
{
    struct arena arena;
    jmp_buf handler;
    if (setjmp(handler))
        ck_abort_msg("out of memory");
    arena_init(&arena, &handler);
    struct maker k = { .state = number, .out = { .arena = &arena } };
    struct str text = make_topology(&k);
    ck_assert_uint_le(text.n, LONGEST);
    memcpy(room, text.p, text.n);
    arena_free(&arena);
    return (struct str){ room, text.n };
}

/* Returns whether the topology was accepted: a shadowed key is an error.  */
static bool try_one(unsigned number)
{
    static char memory[LONGEST];
    static struct told rows[ROOM];
    struct str text = topology_of(number, memory), input = STR("a.topo");
    struct io io = io_nothing;
    io.context = &text;
    io.read = read_text;
    struct options options = { .fragment = true, .dkim = true, .json = true };
    struct conf conf = { .n_vmtas = 0 };
    struct compilation c;
    options.inputs.v = &input;
    options.inputs.n = 1;
    bool good = compile(&c, &options, &io, COMPILE_BUILD) == COMPILE_FINE;
    if (good) {
        read_conf(&conf, compile_text(&c, 0));
        hold_table(&conf, rows, read_table(buf_str(&c.tables), rows));
    }
    compile_free(&c);
    return good;
}

START_TEST(the_table_and_powermta_agree)
{
    unsigned accepted = 0;
    for (unsigned i = 0; i < TOPOLOGIES; i++)
        accepted += try_one(i);
    ck_assert_uint_gt(accepted, TOPOLOGIES / 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("coverage");
    TCase *all = tcase_create("coverage");
    tcase_set_timeout(all, 300);
    tcase_add_test(all, the_table_and_powermta_agree);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
