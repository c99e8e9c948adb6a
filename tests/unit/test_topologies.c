/* test_topologies.c - random topologies, all of them valid.

   Whoever writes one down writes what must come of it beside it.  The configuration, read by the
   reader of reader.h, says exactly that: each VMTA with its sources and keys, pools with members in
   order, destinations with their settings, listeners, users, and what PowerMTA is told about
   clients.  The program reads it back too, and it comes to the same.  Then the topology is
   damaged.  No message, in any format, holds a secret, whole or half, wherever it came from.

   PMTAC_TOPOLOGIES=N makes N of them (300); PMTAC_SEED=N begins with another one.  */

#include <config.h>

#include "../fuzz/round.h"
#include "reader.h"
#include "unit.h"

enum { HOSTS = 3, SECRETS = 64, HALF = 12, VMTAS = 64, DAMAGES = 12, INPUT_SIZE = 1 << 16 };

/* A topology, and what it must become.  */
static struct {
    uint64_t seed;
    struct text topology;
    struct text facts[HOSTS]; /* of each host; without hosts the first */
    int hosts;                /* 0: none */
    int only;                 /* what is written now is for this host alone; -1: for all */
    unsigned address;         /* the last one given away */
    char secrets[SECRETS][2 * HALF + 1];
    int n_secrets;
    char vmtas[VMTAS][32];
    int n_vmtas;
    int n_keys; /* domains that every VMTA signs for */
    bool any_key;
} g;

static unsigned chance(unsigned n)
{
    /* splitmix64.  */
    uint64_t x = g.seed += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (unsigned)((x ^ x >> 31) % n);
}

/* Topology.  */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char piece[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    text_put(&g.topology, "%s", piece);
}

/* The end of a statement, in all ways that there are.  */
static void end(void)
{
    static const char *const ends[] = { "\n",    "\n    ", ";", " ;\n\n", "   # a comment { \"\n",
                                        "\r\n\t" };
    say("%s", ends[chance(6)]);
}

static void open_block(void)
{
    static const char *const opens[] = { " {\n", " { ", "\n{\n", " {   # of it\n" };
    say("%s", opens[chance(4)]);
}

/* A word, perhaps as a string; not for one with a range.  */
static const char *word(const char *text)
{
    static char quoted[512];
    snprintf(quoted, sizeof quoted, "\"%s\"", text);
    return chance(4) ? text : quoted;
}

/* What must come of it: "SECTIONS | line".  */
__attribute__((format(printf, 1, 2))) static void fact(const char *format, ...)
{
    char piece[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    for (int h = 0; h < (g.hosts ? g.hosts : 1); h++)
        if (g.only < 0 || g.only == h)
            text_put(&g.facts[h], "%s\n", piece);
}

static const char *some_vmta(void)
{
    return g.vmtas[chance((unsigned)g.n_vmtas)];
}

/* A new secret; says how it is written.  */
static const char *secret(const char **text)
{
    static char written[128];
    char *s = g.secrets[g.n_secrets++];
    ck_assert_int_lt(g.n_secrets, SECRETS);
    for (int i = 0; i < 2 * HALF; i++)
        s[i] = "0123456789abcdefghjkmnpqrstvwxyz"[chance(32)];
    *text = s;
    switch (chance(4)) {
    case 0:
        snprintf(written, sizeof written, "env:S%d", g.n_secrets - 1);
        break;
    case 1:
        snprintf(written, sizeof written, "file:secret-%d", g.n_secrets - 1);
        break;
    default:
        snprintf(written, sizeof written, "\"%s\"", s);
    }
    return written;
}

/* The first of 'n' addresses that nobody else has, a multiple of eight: 1024 is ${net}.8.0.  */
static unsigned new_addresses(unsigned n)
{
    unsigned first = g.address += 8;
    g.address += (n + 7) / 8 * 8;
    return first;
}

/* Settings of a destination: the same line here and there.  */
static void settings(const char *section)
{
    static const char *const lines[] = { "max-smtp-out %u",     "max-msg-rate %u/h",
                                         "bounce-after %uh",    "retry-after %um",
                                         "connect-timeout %us", "max-msg-per-connection %u" };
    unsigned seen = 0;
    for (unsigned n = 1 + chance(3); n > 0; n--) {
        char line[64];
        unsigned which = chance(6);
        if (seen >> which & 1)
            continue;
        seen |= 1u << which;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(line, sizeof line, lines[which], 1 + chance(500));
#pragma GCC diagnostic pop
        say("%s", line);
        end();
        fact("%s | %s", section, line);
    }
}

/* Protocols from 'minimum' on; 'off' is what is off by default.  */
static void protocols(const char *section, const char *prefix, unsigned minimum, unsigned off)
{
    static const char *const names[] = { "tlsv1", "tlsv1.1", "tlsv1.2" };
    for (unsigned v = 0; v < 3; v++)
        if (v < minimum || v < off)
            fact("%s | %s-allow-%s %s", section, prefix, names[v], v < minimum ? "no" : "yes");
}

/* The two TLS identities: 'edge' for clients, 'out' for destinations.  */
static struct identity {
    const char *name, *password;
    unsigned minimum; /* 3: TLS 1.3 */
    bool ciphers;
} identities[2];

static void write_identity(struct identity *id, const char *name)
{
    *id = (struct identity){ name, NULL, 1 + chance(3), chance(2) };
    say("tls %s", name);
    open_block();
    say("certificate %s", word(name[0] == 'e' ? "/etc/edge.pem" : "/etc/out.pem"));
    if (chance(2))
        say(" %s", secret(&id->password));
    end();
    say("minimum 1.%u", id->minimum);
    end();
    if (id->ciphers) {
        say("ciphers HIGH:!aNULL");
        end();
    }
    say("}\n");
}

static void identity_facts(const char *section, const struct identity *id, bool client)
{
    const char *password = id->password ? id->password : "";
    fact("%s | %s /etc/%s.pem%s%s", section, client ? "smtp-client-certificate" : "tls-certificate",
         id->name, *password ? " " : "", password);
    protocols(section, client ? "smtp-tls" : "tls", id->minimum, client ? 1 : 2);
    if (id->ciphers)
        fact("%s | %s-ciphers HIGH:!aNULL", section, client ? "smtp-tls" : "tls");
}

/* 'tls' towards destinations.  */
static void outbound_tls(const char *section)
{
    static const char *const words[] = { "none", "opportunistic", "required", "dane", "mta-sts" };
    unsigned which = chance(5);
    bool identity = which && chance(2);
    say("tls %s%s", words[which], identity ? " out" : "");
    end();
    fact("%s | use-starttls %s", section, which ? "yes" : "no");
    if (which == 1 || which == 2)
        fact("%s | require-starttls %s", section, which == 2 ? "yes" : "no");
    if (which > 2)
        fact("%s | use-%s yes", section, words[which]);
    if (identity)
        identity_facts(section, &identities[1], true);
}

static void write_keys(void)
{
    g.n_keys = (int)chance(3);
    g.any_key = chance(3) == 0;
    say("let keys = %s\n", word("/etc/pmta/dkim"));
    for (int k = 0; k < g.n_keys; k++) {
        say("dkim key%d.example", k);
        open_block();
        if (chance(2)) {
            say("selector old%d %s retired", k, word("/etc/old.pem"));
            end();
        }
        say("selector s%d ${keys}/s%d.pem", k, k);
        end();
        say("}\n");
    }
    if (g.any_key)
        say("dkim * { selector any \"${keys}/any.pem\" }\n");
}

static void sign_lines(void)
{
    for (int k = 0; k < g.n_keys; k++) {
        say("sign key%d.example", k);
        end();
    }
    if (g.any_key) {
        say("sign *");
        end();
    }
}

static void sign_facts(const char *section)
{
    for (int k = 0; k < g.n_keys; k++)
        fact("%s | domain-key s%d,key%d.example,/etc/pmta/dkim/s%d.pem", section, k, k, k);
    if (g.any_key)
        fact("%s | domain-key any,*,/etc/pmta/dkim/any.pem", section);
}

/* A destination inside of 'outer', or at the top.  */
static void write_domain(const char *outer, const char *pattern)
{
    char section[256];
    const char *text;
    snprintf(section, sizeof section, "%s%sdomain %s", outer, *outer ? " > " : "", pattern);
    fact("%s |", section);
    say("domain %s", pattern);
    open_block();
    settings(section);
    if (chance(3) == 0) {
        say("route mx%u.hub.example:26", g.address);
        end();
        fact("%s | smtp-hosts mx%u.hub.example:26", section, g.address);
    }
    if (chance(3) == 0) {
        say("auth-username hub; auth-password %s", secret(&text));
        end();
        fact("%s | auth-username hub", section);
        fact("%s | auth-password %s", section, text);
    }
    if (chance(3) == 0) {
        say("command \"pipe me {1} ;, (x) 'y' \\\"z\\\" <a>\"");
        end();
        fact("%s | command pipe me {1} ;, (x) 'y' \"z\" <a>", section);
    }
    say("}\n");
}

/* Facts of one VMTA out of a group; its text is written once for all of them.  */
static void vmta_facts(const char *name, unsigned first, unsigned sources, bool block)
{
    char section[128];
    snprintf(section, sizeof section, "virtual-mta %s", name);
    fact("%s |", section);
    for (unsigned i = 0; i < sources; i++) {
        unsigned at = first + i * 8;
        fact("%s | smtp-source-host ${net}.%u.%u%s %s-%u.${host}.acme.example", section, at / 128,
             at % 128, block ? "/29" : "", name, i);
    }
    sign_facts(section);
}

/* A group of VMTAs by a range: each has 'sources' addresses, eight apart from the next.  */
static void write_vmtas(int group)
{
    unsigned n = 1 + chance(4), sources = 1 + chance(3), first;
    bool block = n == 1 && chance(2), tls = chance(2), nested = chance(2), all = chance(2);
    char name[32], pattern[32];
    first = new_addresses(8 * sources);
    if (n == 1)
        say("vmta g%d", group);
    else
        say("vmta g%d-{1..%u}", group, n);
    open_block();
    for (unsigned i = 0; i < sources; i++) {
        unsigned at = first + i * 8;
        if (n == 1)
            say("source ${net}.%u.%u%s g%d-%u.${host}.acme.example", at / 128, at % 128,
                block ? "/29" : "", group, i);
        else
            say("source ${net}.%u.{%u..%u} g%d-{1..%u}-%u.${host}.acme.example", at / 128, at % 128,
                at % 128 + n - 1, group, n, i);
        end();
    }
    sign_lines();
    snprintf(pattern, sizeof pattern, "to%u.example", chance(100));
    uint64_t seed = g.seed;
    size_t text = g.topology.n;
    for (unsigned i = 0; i < n; i++) {
        char section[128], every[192], one[192];
        if (n == 1)
            snprintf(name, sizeof name, "g%d", group);
        else
            snprintf(name, sizeof name, "g%d-%u", group, i + 1);
        snprintf(g.vmtas[g.n_vmtas++], sizeof g.vmtas[0], "%s", name);
        vmta_facts(name, first + i, sources, block);
        snprintf(section, sizeof section, "virtual-mta %s", name);
        snprintf(every, sizeof every, "%s > domain *", section);
        snprintf(one, sizeof one, "%s > domain %s", section, pattern);
        /* Written anew for each, with the same choices: the last one stays.  */
        g.seed = seed;
        g.topology.n = text;
        if (tls || all || g.n_keys || g.any_key)
            fact("%s |", every);
        if (g.n_keys || g.any_key)
            fact("%s | dkim-sign yes", every);
        if (tls)
            outbound_tls(every);
        if (nested) {
            fact("%s |", one);
            say("domain %s", pattern);
            open_block();
            settings(one);
            say("}\n");
        }
        if (all) {
            say("domain * { ");
            settings(every);
            say("}\n");
        }
    }
    say("}\n");
}

static void write_pool(int pool)
{
    char section[64], nested[96];
    snprintf(section, sizeof section, "virtual-mta-pool p%d", pool);
    fact("%s |", section);
    say("pool p%d", pool);
    open_block();
    int first = (int)chance((unsigned)g.n_vmtas);
    for (int i = first; i < g.n_vmtas && i < first + 5; i++) {
        static const char *const between[] = { " ", ", ", "\n", "; " };
        say("%s%s", g.vmtas[i], i + 1 < g.n_vmtas && i < first + 4 ? between[chance(4)] : "\n");
        fact("%s | virtual-mta %s", section, g.vmtas[i]);
    }
    if (chance(2)) {
        sign_lines();
        sign_facts(section);
    }
    if (pool == 0 && chance(2)) {
        snprintf(nested, sizeof nested, "%s > domain pool.example", section);
        fact("%s |", nested);
        say("domain pool.example { ");
        outbound_tls(nested);
        settings(nested);
        say("}\n");
    }
    say("}\n");
}

/* A listener whose mail needs a login.  */
static void write_listener(int n)
{
    char section[64], source[64];
    static const char *const kinds[] = { "required", "implicit", "offered" };
    unsigned kind = chance(3), port = kind == 0 ? 587 : kind == 1 ? 465 : 2587;
    unsigned address = new_addresses(1);
    char at[32];
    snprintf(at, sizeof at, "${net}.%u.%u", address / 128, address % 128);
    snprintf(section, sizeof section, "smtp-listener %s:%u", at, port);
    snprintf(source, sizeof source, "source l%d", n);
    fact("%s |", section);
    fact("%s |", source);
    fact("%s | source l%d", section, n);
    identity_facts(section, &identities[0], false);
    if (kind == 1)
        fact("%s | immediate-tls true", section);
    else
        fact("%s | allow-starttls yes", source);
    if (kind == 0) {
        fact("%s | require-starttls-before-auth yes", source);
        fact("%s | allow-unencrypted-plain-auth no", source);
    }
    fact("%s | require-auth true", source);
    say("listener l%d %s:%u", n, at, port);
    open_block();
    say("tls %s edge", kinds[kind]);
    end();
    say("auth required");
    end();
    if (chance(2)) {
        say("max-message-size %uM", 10 + n);
        end();
        fact("%s | max-message-size %uM", source, 10 + n);
    }
    if (chance(2)) {
        const char *via = some_vmta();
        say("via %s\n", via);
        fact("%s | default-virtual-mta %s", source, via);
    }
    say("}\n");
}

/* The one on loopback that takes mail without login.  */
static void write_feed(void)
{
    const char *via = some_vmta();
    say("listener feed 127.0.0.1:2525 { tls none; auth none; allow 127.0.0.1; via %s }\n", via);
    fact("smtp-listener 127.0.0.1:2525 |");
    fact("smtp-listener 127.0.0.1:2525 | source feed");
    fact("source feed |");
    fact("source feed | allow-starttls no");
    fact("source feed | allow-auth no");
    fact("source feed | default-virtual-mta %s", via);
    fact("source 127.0.0.1 |");
    fact("source 127.0.0.1 | always-allow-relaying yes");
}

static void write_user(int n)
{
    char name[32], source[64];
    const char *text, *via = some_vmta();
    bool mail = chance(2), variable = chance(3) == 0;
    snprintf(name, sizeof name, mail ? "u%d@acme.example" : "u%d", n);
    snprintf(source, sizeof source, mail ? "user-u%d-acme.example" : "user-u%d", n);
    const char *written = secret(&text);
    if (variable)
        say("let pass%d = %s\n", n, written);
    say("user %s", name);
    open_block();
    if (variable)
        say("password %s", chance(2) ? "${pass" : "\"${pass");
    else
        say("password %s", written);
    if (variable)
        say("%d}%s", n, g.topology.p[g.topology.n - 7] == '"' ? "\"" : "");
    end();
    say("via %s", via);
    end();
    say("}\n");
    fact("smtp-user %s |", name);
    fact("smtp-user %s | password %s", name, text);
    fact("smtp-user %s | source %s", name, source);
    fact("source %s |", source);
    fact("source %s | always-allow-relaying yes", source);
    fact("source %s | default-virtual-mta %s", source, via);
}

/* PowerMTA's own sections, as they are.  */
static void write_native(void)
{
    say("acct-file %s { records d, b; record-fields d *, header_X-A; max-size 50M }\n",
        word("/var/log/acct.csv"));
    fact("acct-file /var/log/acct.csv |");
    fact("acct-file /var/log/acct.csv | records d,b");
    fact("acct-file /var/log/acct.csv | record-fields d *,header_X-A");
    fact("acct-file /var/log/acct.csv | max-size 50M");
    say("smtp-pattern-list spl { reply /too many \"x\", y/ mode=backoff; reply /\\/z/ skip-mx }\n");
    fact("smtp-pattern-list spl |");
    fact("smtp-pattern-list spl | reply /too many \"x\", y/ mode=backoff");
    fact("smtp-pattern-list spl | reply /\\/z/ skip-mx");
    say("bounce-category-patterns { /user unknown/ bad-mailbox; // other }\n");
    fact("bounce-category-patterns |");
    fact("bounce-category-patterns | /user unknown/ bad-mailbox");
    fact("bounce-category-patterns | // other");
    const char *vmta = some_vmta();
    say("pattern-list pl {\n    mail-from /^a b@/ virtual-mta=%s\n", vmta);
    say("    rcpt-to /x/ pattern-list { header X-Y /z/ virtual-mta=%s }\n}\n", vmta);
    fact("pattern-list pl |");
    fact("pattern-list pl | mail-from /^a b@/ virtual-mta=%s", vmta);
    fact("pattern-list pl | rcpt-to /x/ <pattern-list>");
    fact("pattern-list pl > pattern-list |");
    fact("pattern-list pl > pattern-list | header X-Y /z/ virtual-mta=%s", vmta);
}

static void write_macro(void)
{
    say("domain-macro big a.example, b.example,c.example\n");
    fact(" | domain-macro big a.example,b.example,c.example");
    write_domain("", "$big");
    write_domain("", "*.$big");
}

static void write_hosts(void)
{
    g.hosts = (int)chance(HOSTS + 1);
    if (!g.hosts) {
        say("let net = 203.100\nlet host = here\n");
        return;
    }
    say("host h{1..%d} { let net = 203.{101..%d} }\n", g.hosts, 100 + g.hosts);
    for (int h = 0; h < g.hosts; h++) {
        if (chance(2))
            continue;
        g.only = h;
        say("host h%d {\n    domain only.example { max-smtp-out %d }\n}\n", h + 1, 3 + h);
        fact("domain only.example |");
        fact("domain only.example | max-smtp-out %d", 3 + h);
        g.only = -1;
    }
}

static void write_client(void)
{
    const char *via = some_vmta();
    say("client partner 198.20.0.0/24, 198.21.0.7 { relay yes; via %s }\n", via);
    for (int i = 0; i < 2; i++) {
        const char *net = i ? "198.21.0.7" : "198.20.0.0/24";
        fact("source %s |", net);
        fact("source %s | always-allow-relaying yes", net);
        fact("source %s | default-virtual-mta %s", net, via);
    }
}

static void write_topology(uint64_t seed)
{
    free(g.topology.p);
    for (int h = 0; h < HOSTS; h++)
        free(g.facts[h].p);
    memset(&g, 0, sizeof g);
    g.seed = seed;
    g.only = -1;
    write_hosts();
    say("postmaster ops@acme.example\n");
    fact(" | postmaster ops@acme.example");
    fact(" | log-file /var/log/pmta/log");
    fact(" | run-as-root no");
    fact("spool /var/spool/pmta |");
    fact("source 0/0 |");
    fact("source 0/0 | always-allow-relaying no");
    fact("source 0/0 | allow-unencrypted-plain-auth no");
    write_identity(&identities[0], "edge");
    write_identity(&identities[1], "out");
    write_keys();
    for (int i = 0, n = 1 + (int)chance(5); i < n; i++)
        write_vmtas(i);
    for (int i = 0, n = (int)chance(4); i < n; i++)
        write_pool(i);
    for (int i = 0, n = 1 + (int)chance(4); i < n; i++)
        write_listener(i);
    if (chance(2))
        write_feed();
    for (int i = 0, n = (int)chance(5); i < n; i++)
        write_user(i);
    if (chance(2))
        write_client();
    if (chance(2))
        write_native();
    if (chance(2))
        write_macro();
    write_domain("", "example.net");
    if (chance(2))
        write_domain("", "*");
}

/* The world of the compiler: the topology, and secrets that are in none of its texts.  */
static int give(struct arena *arena, const char *s, size_t n, struct str *text)
{
    char *p = arena_alloc(arena, n + 2);
    memcpy(p, s, n);
    p[n] = p[n + 1] = '\0';
    *text = (struct str){ p, n };
    return 0;
}

static int read_file_of(void *context, struct arena *arena, const char *path, size_t limit,
                        struct str *text, struct io_identity *identity, const char **why)
{
    const struct str *topology = context;
    int n;
    (void)limit;
    *identity = (struct io_identity){ 0 };
    *why = "is not there";
    if (strcmp(path, "t.topo") == 0)
        return give(arena, topology->p, topology->n, text);
    if (sscanf(path, "secret-%d", &n) == 1 && n >= 0 && n < g.n_secrets)
        return give(arena, g.secrets[n], 2 * HALF, text);
    return 2;
}

static const char *environment_of(void *context, const char *name)
{
    int n;
    (void)context;
    return sscanf(name, "S%d", &n) == 1 && n >= 0 && n < g.n_secrets ? g.secrets[n] : NULL;
}

static enum compile_status run(struct compilation *c, struct str *topology, enum compile_goal goal)
{
    struct io io = { topology, read_file_of, io_nothing.glob, environment_of, NULL };
    struct str input = STR("t.topo");
    struct options options = { .secrets = goal == COMPILE_BUILD };
    options.inputs.v = &input;
    options.inputs.n = options.inputs.cap = 1;
    return compile(c, &options, &io, goal);
}

/* Writes down what was compiled and fails.  */
static void blame(uint64_t seed, struct str topology, const char *what)
{
    printf("# PMTAC_SEED=%llu: %s; the topology was:\n", (unsigned long long)seed, what);
    fwrite(topology.p, 1, topology.n, stdout);
    fflush(stdout);
    ck_abort_msg("seed %llu: %s", (unsigned long long)seed, what);
}

/* No half of a secret is in what people and programs are told.  */
static void judge_messages(uint64_t seed, struct str topology, struct compilation *c)
{
    struct buf out = { .arena = &c->arena };
    diags_print_text(&c->diags, &out, 0, false);
    diags_print_gcc(&c->diags, &out, 0);
    diags_print_json(&c->diags, STR(""), &out);
    buf_char(&out, '\0');
    for (int i = 0; i < 2 * g.n_secrets; i++) {
        char half[HALF + 1];
        memcpy(half, g.secrets[i / 2] + i % 2 * HALF, HALF);
        half[HALF] = '\0';
        if (!strstr(out.p, half))
            continue;
        printf("# %s\n%s", half, out.p);
        blame(seed, topology, "a secret in the messages");
    }
}

/* Lines of facts, in an order of their own: what stands under one word of a section keeps its
   order by a number.  */
struct fact_lines {
    char **v;
    size_t n;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "SECTION | word" of a fact.  */
static size_t key_of(const char *line)
{
    const char *bar = strstr(line, "| ");
    return bar ? (size_t)(bar - line) + 2 + strcspn(bar + 2, " ") : strlen(line);
}

static struct fact_lines sorted(const char *facts)
{
    struct fact_lines l = { NULL, 0 };
    size_t cap = 16;
    for (const char *p = facts; *p; p += strcspn(p, "\n"), p += *p == '\n')
        cap++;
    l.v = calloc(cap, sizeof *l.v);
    for (const char *p = facts; l.v && *p; p += strcspn(p, "\n"), p += *p == '\n') {
        size_t n = strcspn(p, "\n"), same = 0;
        char *line = malloc(n + 16);
        memcpy(line, p, n);
        line[n] = '\0';
        size_t key = key_of(line);
        for (size_t i = 0; i < l.n; i++)
            same += key_of(l.v[i]) == key && strncmp(l.v[i], line, key) == 0;
        snprintf(line + n, 16, " #%zu", same);
        l.v[l.n++] = line;
    }
    qsort(l.v, l.n, sizeof *l.v, by_text);
    return l;
}

static void free_lines(struct fact_lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
}

/* 'facts' as they are on one host.  */
static struct text on_host(const char *facts, const char *net, const char *host)
{
    struct text out = { 0 };
    text_put(&out, "%s", "");
    for (const char *p = facts; *p;) {
        if (strncmp(p, "${net}", 6) == 0) {
            text_put(&out, "%s", net);
            p += 6;
        } else if (strncmp(p, "${host}", 7) == 0) {
            text_put(&out, "%s", host);
            p += 7;
        } else {
            text_add(&out, p++, 1);
        }
    }
    return out;
}

/* The configuration says what it must.  */
static void judge_output(uint64_t seed, struct str topology, struct str output, int h)
{
    char net[16], host[16], what[512];
    struct text text = { 0 }, facts = { 0 };
    snprintf(net, sizeof net, "203.%d", g.hosts ? 101 + h : 100);
    snprintf(host, sizeof host, g.hosts ? "h%d" : "here", h + 1);
    text_add(&text, output.p, output.n);
    text_put(&facts, "%s", "");
    const char *bad = reader_read(text.p, &facts);
    if (bad) {
        snprintf(what, sizeof what, "no configuration: %.200s", bad);
        blame(seed, topology, what);
    }
    struct text wanted = on_host(g.facts[h].p, net, host);
    struct fact_lines a = sorted(wanted.p), b = sorted(facts.p);
    for (size_t i = 0; i < a.n || i < b.n; i++)
        if (i >= a.n || i >= b.n || strcmp(a.v[i], b.v[i]) != 0) {
            snprintf(what, sizeof what, "expected `%.200s`, found `%.200s`",
                     i < a.n ? a.v[i] : "nothing", i < b.n ? b.v[i] : "nothing");
            blame(seed, topology, what);
        }
    free_lines(&a);
    free_lines(&b);
    free(text.p), free(facts.p), free(wanted.p);
}

static void judge_trip(uint64_t seed, struct str topology, struct compilation *c, size_t output)
{
    jmp_buf handler;
    struct arena arena;
    if (setjmp(handler))
        blame(seed, topology, "no memory");
    arena_init(&arena, &handler);
    struct buf why = { .arena = &arena };
    if (!round_trip(c, output, &why)) {
        printf("%.*s\n", STR_ARG(buf_str(&why)));
        blame(seed, topology, "it does not come back");
    }
    arena_free(&arena);
}

static void judge_valid(uint64_t seed)
{
    static struct compilation c;
    struct str topology = { g.topology.p, g.topology.n };
    if (run(&c, &topology, COMPILE_BUILD) != COMPILE_FINE) {
        struct buf out = { .arena = &c.arena };
        diags_print_text(&c.diags, &out, 0, false);
        printf("%.*s\n", (int)out.n, out.p);
        blame(seed, topology, "it does not build");
    }
    judge_messages(seed, topology, &c);
    if (c.outputs.n != (size_t)(g.hosts ? g.hosts : 1))
        blame(seed, topology, "another number of outputs");
    for (int h = 0; h < (g.hosts ? g.hosts : 1); h++) {
        judge_output(seed, topology, compile_text(&c, (size_t)h), h);
        judge_trip(seed, topology, &c, (size_t)h);
    }
    compile_free(&c);
}

static bool is_gap(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The word at or behind 'at' of 'n' bytes; its end in '*to'.  */
static size_t word_at(const char *p, size_t n, size_t at, size_t *to)
{
    while (at < n && is_gap(p[at]))
        at++;
    *to = at;
    while (*to < n && !is_gap(p[*to]))
        ++*to;
    return at;
}

/* One fault.  Returns the new length.  */
static size_t damage(char *p, size_t n)
{
    static const char signs[] = "{}\"#;,/\\$|<>='\n x9";
    size_t to, at = word_at(p, n, chance((unsigned)n), &to), k = to - at;
    char saved[512];
    if (k == 0 || k >= sizeof saved || n + k + 1 >= INPUT_SIZE)
        return n;
    memcpy(saved, p + at, k);
    switch (chance(6)) {
    case 0: /* gone */
        memmove(p + at, p + to, n - to);
        return n - k;
    case 1: /* twice */
        memmove(p + to + k + 1, p + to, n - to);
        p[to] = ' ';
        memcpy(p + to + 1, saved, k);
        return n + k + 1;
    case 2: /* a letter is another */
        p[at + chance((unsigned)k)] = signs[chance(sizeof signs - 1)];
        return n;
    case 3: /* a sign too many */
        memmove(p + at + 1, p + at, n - at);
        p[at] = signs[chance(sizeof signs - 1)];
        return n + 1;
    case 4: /* two lines are one, or two words */
        if (to < n)
            p[to] = p[to] == ' ' ? '\n' : ' ';
        return n;
    default: /* a letter is gone */
        memmove(p + at, p + at + 1, n - at - 1);
        return n - 1;
    }
}

static void judge_damaged(uint64_t seed)
{
    static struct compilation c;
    static char text[INPUT_SIZE];
    for (int i = 0; i < DAMAGES; i++) {
        size_t n = g.topology.n;
        memcpy(text, g.topology.p, n);
        for (unsigned k = 1 + chance(3); k > 0; k--)
            n = damage(text, n);
        struct str topology = { text, n };
        enum compile_status status = run(&c, &topology, chance(2) ? COMPILE_BUILD : COMPILE_CHECK);
        if (status != COMPILE_FINE && status != COMPILE_ERRORS)
            blame(seed, topology, "no verdict");
        judge_messages(seed, topology, &c);
        compile_free(&c);
    }
}

static uint64_t number(const char *name, uint64_t usual)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : usual;
}

START_TEST(random_topologies)
{
    uint64_t n = number("PMTAC_TOPOLOGIES", 300), first = number("PMTAC_SEED", 1);
    for (uint64_t seed = first; seed < first + n; seed++) {
        write_topology(seed);
        ck_assert_uint_lt(g.topology.n, INPUT_SIZE / 2);
        judge_valid(seed);
        judge_damaged(seed);
    }
}
END_TEST

/* The reader itself.  */
START_TEST(reader)
{
    struct text facts = { 0 };
    ck_assert_ptr_null(reader_read("# c\n a  b , c \"d \\\" e\"# x\n<s t>\n <u>\n  /a b\\/ c/ d\n"
                                   " </u>\n p /q/r x\n</s>\n",
                                   &facts));
    ck_assert_str_eq(facts.p, " | a b,c d \" e\ns t |\ns t > u |\ns t > u | /a b\\/ c/ d\n"
                              "s t | p /q/r x\n");
    static const char *const bad[] = { "<a>\n",      "</a>\n",   "<a>\n</b>\n",
                                       "a \"b\n",    "a b,\n",   "a , , b\n",
                                       "a \"b\"c\n", "a b\"c\n", "<a <b>\n</a>\n" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(reader_read(bad[i], &facts) != NULL, "%s", bad[i]);
    free(facts.p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("topologies");
    TCase *all = tcase_create("topologies");
    tcase_set_timeout(all, getenv("PMTAC_TOPOLOGIES") ? 7200 : 120);
    tcase_add_test(all, reader);
    tcase_add_test(all, random_topologies);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
