/* proof.c - the relay proof against one that asks address by address.

   Random topologies are compiled; the sets of the proof (its JSON) are compared with an evaluation
   that knows nothing of sets or of the program: it reads the PowerMTA text that was written with a
   reader of its own, and decides for one client, one listener, one login, with and without TLS,
   what PowerMTA's merging of sources gives, under each reading of what is not documented.  Clients
   are the ends of all prefixes with their neighbours, the ends of the sets, and random ones.

   RELAY_TOPOLOGIES and RELAY_SEED say how many and which; RELAY_SHOW prints each topology.  */

#include <config.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"

/* Random numbers: splitmix64, the same on every machine.  */

static uint64_t state;

static uint64_t next_random(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static unsigned upto(unsigned n) /* 0 .. n-1 */
{
    return (unsigned)(next_random() % n);
}

static bool one_in(unsigned n)
{
    return upto(n) == 0;
}

/* Text that grows.  */

static char text[1 << 16];
static size_t text_n;

static void say(const char *format, ...) PRINTF(1, 2);
static void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text + text_n, sizeof text - text_n, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof text - text_n)
        text_n += (size_t)n;
}

/* Addresses: 16 bytes, IPv4 in the last four.  */

struct address {
    uint8_t b[16];
    int family;
};

struct network {
    struct address a;
    int bits; /* of its family */
};

static int first_bit(int family)
{
    return family == 4 ? 96 : 0;
}

static void put_bit(struct address *a, int i, bool on)
{
    i += first_bit(a->family);
    uint8_t mask = (uint8_t)(1 << (7 - i % 8));
    a->b[i / 8] = (uint8_t)(on ? a->b[i / 8] | mask : a->b[i / 8] & ~mask);
}

static int width(int family)
{
    return family == 4 ? 32 : 128;
}

static bool in_network(const struct network *n, const struct address *a)
{
    int at = first_bit(a->family) / 8, bytes = n->bits / 8, rest = n->bits % 8;
    if (n->a.family != a->family || memcmp(n->a.b + at, a->b + at, (size_t)bytes) != 0)
        return false;
    return !rest || (n->a.b[at + bytes] ^ a->b[at + bytes]) >> (8 - rest) == 0;
}

static bool read_address(const char *s, struct address *a)
{
    memset(a, 0, sizeof *a);
    a->family = strchr(s, ':') ? 6 : 4;
    return inet_pton(a->family == 4 ? AF_INET : AF_INET6, s, a->b + (a->family == 4 ? 12 : 0)) == 1;
}

static bool read_network(const char *s, struct network *n)
{
    char copy[64];
    snprintf(copy, sizeof copy, "%s", s);
    char *slash = strchr(copy, '/');
    if (slash)
        *slash = '\0';
    if (!read_address(strcmp(copy, "0") == 0 ? "0.0.0.0" : copy, &n->a))
        return false;
    n->bits = slash ? (int)strtol(slash + 1, NULL, 10) : width(n->a.family);
    return true;
}

static const char *show(const struct address *a, char out[64])
{
    const void *from = a->b + (a->family == 4 ? 12 : 0);
    return inet_ntop(a->family == 4 ? AF_INET : AF_INET6, from, out, 64);
}

/* The neighbour above or below; wraps.  */
static struct address beside(struct address a, int step)
{
    for (int i = 15; i >= (a.family == 4 ? 12 : 0); i--) {
        a.b[i] = (uint8_t)(a.b[i] + step);
        if (a.b[i] != (step > 0 ? 0x00 : 0xff))
            break;
    }
    return a;
}

static struct address end_of(const struct network *n, bool high)
{
    struct address a = n->a;
    for (int i = n->bits; i < width(a.family); i++)
        put_bit(&a, i, high);
    return a;
}

/* Topologies */

static const char *pick(const char *const *words)
{
    unsigned n = 0;
    while (words[n])
        n++;
    return words[upto(n)];
}

static void say_prefix(void)
{
    static const char *const bases[] = {
        "10.0.0.0",  "10.128.0.0",  "10.9.8.0",        "8.8.8.0", "192.0.2.128", "127.0.0.1",
        "0.0.0.0",   "203.0.113.7", "255.255.255.0",   "::",      "2001:db8::",  "2001:db8:1::",
        "fd00:1::8", "::1",         "::ffff:10.0.0.0", "ff00::",  "2600:1:2::",  NULL
    };
    struct network n;
    char out[64];
    if (one_in(12)) {
        say("%s", one_in(2) ? "0/0" : "::/0");
        return;
    }
    read_address(pick(bases), &n.a);
    n.bits = (int)upto((unsigned)width(n.a.family) + 1);
    if (one_in(2))
        n.bits = n.a.family == 4 ? 8 * (int)upto(5) : 16 * (int)upto(9);
    if (one_in(4))
        put_bit(&n.a, (int)upto((unsigned)width(n.a.family)), true);
    n.a = end_of(&n, false);
    say("%s/%d", show(&n.a, out), n.bits);
}

static void say_prefixes(void)
{
    for (unsigned n = upto(3), i = 0; i <= n; i++) {
        say("%s", i ? ", " : "");
        say_prefix();
    }
}

/* Directives of a source.  */
static void say_natives(unsigned most)
{
    static const char *const words[] = { "always-allow-relaying",
                                         "always-allow-relaying",
                                         "smtp-service",
                                         "require-auth",
                                         "allow-auth",
                                         "allow-starttls",
                                         "require-starttls-before-auth",
                                         "allow-unencrypted-plain-auth",
                                         NULL };
    static const char *const values[] = { "yes", "no", "true", "no", NULL };
    for (unsigned n = upto(most + 1); n > 0; n--)
        say(" %s %s;", pick(words), pick(values));
}

static void say_endpoint(unsigned port)
{
    static const char *const addresses[] = {
        "0/0",       "0.0.0.0", "8.8.4.4", "10.0.0.1",     "127.0.0.1",        "127.0.0.9",
        "[2600::1]", "[::1]",   "[::]",    "192.0.2.0/28", "[::ffff:9.9.9.9]", NULL
    };
    say("%s:%u", pick(addresses), port);
}

static void say_listener(unsigned i)
{
    static const char *const tls[] = { "",
                                       "tls none;",
                                       "tls offered edge;",
                                       "tls required edge;",
                                       "tls implicit edge;",
                                       "tls implicit edge; immediate-tls no;",
                                       "immediate-tls yes;",
                                       NULL };
    static const char *const auth[] = { "", "auth none;", "auth optional;", "auth required;",
                                        NULL };
    say("listener l%u ", i);
    say_endpoint(1000 + 10 * i);
    if (one_in(4)) {
        say(", ");
        say_endpoint(1001 + 10 * i);
    }
    say(" { %s %s", pick(tls), pick(auth));
    if (one_in(2)) {
        say(" allow ");
        say_prefixes();
        say(";");
    }
    say_natives(one_in(2) ? 0 : 2);
    say(" }\n");
}

/* A listener by PowerMTA's own words.  */
static void say_raw_listener(unsigned i)
{
    static const char *const sources[] = { "",   "n0", "n1",     "n2",      "{auth}",
                                           "l0", "l1", "{mine}", "user-u0", NULL };
    const char *source = pick(sources);
    if (one_in(4)) {
        say("smtp-listener ");
        say_endpoint(2000 + 10 * i);
        say("%s%s\n", *source && *source != '{' ? " source=" : "", *source == '{' ? "" : source);
        return;
    }
    say("smtp-listener ");
    say_endpoint(2000 + 10 * i);
    say(" {%s%s%s%s }\n", *source ? " source " : "", source, *source ? ";" : "",
        one_in(4) ? " immediate-tls yes;" : "");
}

static void say_client(unsigned i)
{
    static const char *const words[] = {
        "relay yes;",   "relay yes;", "relay no;", "auth required;", "relay yes; auth required;",
        "tls offered;", "",           NULL
    };
    say("client c%u ", i);
    say_prefixes();
    say(" { %s", pick(words));
    say_natives(one_in(2) ? 0 : 2);
    say(" }\n");
}

static void say_user(unsigned i)
{
    static const char *const proofs[] = {
        "password env:P;",
        "password env:P;",
        "password env:P;",
        "password env:P; certificate /etc/u.pem;",
        "certificate /etc/u.pem;",
        "certificate /etc/u.pem; authentication-method password;",
        "password env:P; certificate /etc/u.pem; authentication-method certificate;",
        NULL
    };
    say("user u%u { %s", i, pick(proofs));
    say_natives(one_in(2) ? 0 : 1);
    say(" }\n");
}

static void say_raw_user(unsigned i)
{
    static const char *const sources[] = {
        "", "", "source n0;", "source n1;", "source l0;", "source {auth};", "source user-u0;", NULL
    };
    static const char *const proofs[] = {
        "",
        "",
        "",
        " tls-certificate /etc/u.pem;",
        " tls-certificate /etc/u.pem; authentication-method certificate;",
        NULL
    };
    say("smtp-user w%u { password env:P; %s%s }\n", i, pick(sources), pick(proofs));
}

static void say_sources(void)
{
    static const char *const names[] = { "n0", "n1", "n2", "{auth}", "{mine}", NULL };
    for (const char *const *name = names; *name; name++) {
        if (one_in(3))
            continue;
        say("source %s {", *name);
        say_natives(3);
        say(" }\n");
    }
    for (unsigned i = upto(3); i > 0; i--) {
        say("source ");
        say_prefix();
        say(" {");
        say_natives(3);
        say(" }\n");
    }
}

static void make_topology(void)
{
    static const char *const heads[] = { "", "relay-domain acme.test\n",
                                         "relay-domain *\nrelay-address /@acme\\.test$/\n",
                                         "host-name mx.acme.test\nrelay-domain $many\n"
                                         "domain-macro many acme.test, beta.test\n",
                                         NULL };
    static const char *const versions[] = { "", "", "", "powermta 4.5\n", "powermta 4.0\n", NULL };
    static void (*const parts[])(unsigned) = { say_listener, say_raw_listener, say_client, say_user,
                                               say_raw_user };
    static const unsigned most[] = { 4, 3, 5, 3, 3 };
    text_n = 0;
    say("%s%stls edge { certificate /etc/edge.pem }\n", pick(versions), pick(heads));
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
        for (unsigned i = 0, n = upto(most[k]); i < n; i++)
            parts[k](i);
    say_sources();
    say("vmta v { source 8.8.4.6 v.acme.test%s }\n", one_in(4) ? "; host-name h.acme.test" : "");
}

/* PowerMTA's text */

enum word { SERVICE, REQUIRE_AUTH, ALLOW_AUTH, STARTTLS, TLS_FIRST, PLAIN, RIGHT, N_WORDS };

static const struct {
    const char *name;
    bool fallback;
} words[N_WORDS] = {
    [SERVICE] = { "smtp-service", true },
    [REQUIRE_AUTH] = { "require-auth", false },
    [ALLOW_AUTH] = { "allow-auth", true },
    [STARTTLS] = { "allow-starttls", false },
    [TLS_FIRST] = { "require-starttls-before-auth", false },
    [PLAIN] = { "allow-unencrypted-plain-auth", false },
    [RIGHT] = { "always-allow-relaying", false },
};

enum { MANY = 64, LONG = 128 };

struct conf_source {
    char name[LONG];
    bool by_address;
    struct network net;
    int said[N_WORDS]; /* -1: not */
};

struct conf_listener {
    char endpoint[LONG], source[LONG];
    bool implicit;
};

struct conf_user {
    char name[LONG], source[LONG];
    bool certificate;
};

static struct {
    struct conf_source sources[MANY];
    struct conf_listener listeners[MANY];
    struct conf_user users[MANY];
    char recipients[MANY][LONG];
    size_t n_sources, n_listeners, n_users, n_recipients;
    bool before_4_5;
} conf;

static void open_section(const char *tag, const char *arg)
{
    if (strcmp(tag, "source") == 0) {
        struct conf_source *s = &conf.sources[conf.n_sources++];
        memset(s, 0, sizeof *s);
        snprintf(s->name, LONG, "%s", arg);
        s->by_address = read_network(arg, &s->net);
        for (int w = 0; w < N_WORDS; w++)
            s->said[w] = -1;
    } else if (strcmp(tag, "smtp-listener") == 0) {
        struct conf_listener *l = &conf.listeners[conf.n_listeners++];
        memset(l, 0, sizeof *l);
        snprintf(l->endpoint, LONG, "%s", arg);
    } else if (strcmp(tag, "smtp-user") == 0) {
        struct conf_user *u = &conf.users[conf.n_users++];
        memset(u, 0, sizeof *u);
        snprintf(u->name, LONG, "%s", arg);
    }
}

static bool is_yes(const char *value)
{
    return strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
}

/* smtp-listener ADDR:PORT [source=NAME] [tls=yes], the form before 5.0.  */
static void read_listener_line(char *values)
{
    char *word = strtok(values, " ");
    open_section("smtp-listener", word);
    struct conf_listener *l = &conf.listeners[conf.n_listeners - 1];
    while ((word = strtok(NULL, " "))) {
        if (strncmp(word, "source=", 7) == 0)
            snprintf(l->source, LONG, "%s", word + 7);
        l->implicit |= strcmp(word, "tls=yes") == 0;
    }
}

static void read_directive(const char *section, const char *name, char *value)
{
    bool global = !*section || strcmp(section, "virtual-mta") == 0;
    if (strcmp(section, "source") == 0) {
        for (int w = 0; w < N_WORDS; w++)
            if (strcmp(name, words[w].name) == 0)
                conf.sources[conf.n_sources - 1].said[w] = is_yes(value);
    } else if (strcmp(section, "smtp-listener") == 0) {
        struct conf_listener *l = &conf.listeners[conf.n_listeners - 1];
        if (strcmp(name, "source") == 0)
            snprintf(l->source, LONG, "%s", value);
        if (strcmp(name, "immediate-tls") == 0)
            l->implicit = is_yes(value);
    } else if (strcmp(section, "smtp-user") == 0) {
        struct conf_user *u = &conf.users[conf.n_users - 1];
        if (strcmp(name, "source") == 0)
            snprintf(u->source, LONG, "%s", value);
        if (strcmp(name, "authentication-method") == 0)
            u->certificate = strcmp(value, "certificate") == 0;
    } else if (global && (strcmp(name, "relay-domain") == 0 || strcmp(name, "relay-address") == 0 ||
                          strcmp(name, "host-name") == 0)) {
        snprintf(conf.recipients[conf.n_recipients++], LONG, "%s", value);
    } else if (!*section && strcmp(name, "smtp-listener") == 0) {
        read_listener_line(value);
    }
}

/* Reads what was written: one directive or tag a line.  */
static void read_conf(struct str s)
{
    char section[4][LONG] = { "" }, line[4096];
    size_t depth = 0;
    conf.n_sources = conf.n_listeners = conf.n_users = conf.n_recipients = 0;
    conf.before_4_5 = false;
    for (size_t at = 0; at < s.n;) {
        size_t n = 0;
        while (at < s.n && s.p[at] != '\n' && n + 1 < sizeof line)
            line[n++] = s.p[at++];
        at++;
        line[n] = '\0';
        char *p = line + strspn(line, " ");
        conf.before_4_5 |= strcmp(p, "# For PowerMTA 4.0.") == 0;
        if (p[0] == '#' || !*p)
            continue;
        if (p[0] == '<' && p[1] == '/') {
            depth--;
        } else if (p[0] == '<') {
            p[strlen(p) - 1] = '\0';
            char *arg = strchr(p, ' ');
            if (arg)
                *arg++ = '\0';
            open_section(p + 1, arg ? arg : "");
            snprintf(section[++depth], LONG, "%s", p + 1);
        } else {
            char *value = strchr(p, ' ');
            if (value)
                *value++ = '\0';
            if (depth < 2)
                read_directive(depth ? section[depth] : "", p, value ? value : p + strlen(p));
        }
    }
}

/* What PowerMTA does */

static const struct network mapped_network = { { { [10] = 0xff, [11] = 0xff }, 6 }, 96 };

static const struct conf_source *source_named(const char *name)
{
    for (size_t i = 0; *name && i < conf.n_sources; i++)
        if (!conf.sources[i].by_address && strcmp(conf.sources[i].name, name) == 0)
            return &conf.sources[i];
    return NULL;
}

static int said_by(const struct conf_source *s, enum word w)
{
    return s ? s->said[w] : -1;
}

/* How narrow a rule is for a client, or -1 where it is none for it.  With 'joined' 0/0 also holds
   IPv6 clients, widest of all, and a rule for mapped addresses IPv4 ones, a little narrower than
   the one that says the same in IPv4.  */
static int narrowness(const struct conf_source *s, const struct address *a, bool joined)
{
    if (in_network(&s->net, a))
        return 2 * s->net.bits + 1;
    if (joined && a->family == 6 && s->net.a.family == 4 && s->net.bits == 0)
        return 0;
    if (joined && a->family == 4 && s->net.a.family == 6 && s->net.bits >= 96 &&
        in_network(&mapped_network, &s->net.a)) {
        struct address as6 = mapped_network.a;
        memcpy(as6.b + 12, a->b + 12, 4);
        return in_network(&s->net, &as6) ? 2 * (s->net.bits - 96) + 2 : -1;
    }
    return -1;
}

static int said_for_address(const struct address *a, enum word w, bool joined)
{
    int value = -1, narrowest = -1;
    for (size_t i = 0; i < conf.n_sources; i++) {
        const struct conf_source *s = &conf.sources[i];
        if (!s->by_address || s->said[w] < 0)
            continue;
        int n = narrowness(s, a, joined);
        if (n > narrowest) {
            narrowest = n;
            value = s->said[w];
        }
    }
    return value;
}

/* A client at a listener, as far as rules by address go.  */
struct visit {
    const struct address *client;
    const struct conf_listener *listener;
    const struct conf_source *own;
    bool joined;
    const int (*by_address)[N_WORDS]; /* of the client, for each reading */
};

static bool before_login(const struct visit *v, enum word w)
{
    int said = said_by(v->own, w);
    if (said < 0)
        said = v->by_address[v->joined][w];
    return said < 0 ? words[w].fallback : said == 1;
}

static bool served(const struct visit *v)
{
    return before_login(v, SERVICE);
}

static bool takes_mail(const struct visit *v)
{
    return served(v) && !before_login(v, REQUIRE_AUTH);
}

/* A session that began as this one can be: under TLS from the start, or by STARTTLS.  */
static bool can_be(const struct visit *v, bool tls)
{
    if (v->listener->implicit)
        return tls;
    return !tls || before_login(v, STARTTLS);
}

static bool can_log_in(const struct visit *v, const struct conf_user *u, bool tls)
{
    return served(v) && before_login(v, ALLOW_AUTH) && (tls || !before_login(v, TLS_FIRST)) &&
           (tls || !u->certificate);
}

/* The first of 'n' layers that says something says yes.  */
static bool first_says_yes(const int *layers, int n)
{
    for (int i = 0; i < n; i++)
        if (layers[i] >= 0)
            return layers[i] == 1;
    return false;
}

/* Whether the right is there after login in some order of the layers: the user's source and the
   listener's are both above the address; {auth} stands for the user's source or somewhere below it,
   or for a user who has one nowhere.  */
static bool right_after_login(const struct visit *v, const struct conf_user *u)
{
    int l = said_by(v->own, RIGHT), a = v->by_address[v->joined][RIGHT];
    int t = said_by(source_named("{auth}"), RIGHT), s = said_by(source_named(u->source), RIGHT);
    const int with[][4] = { { s, l, a, -1 }, { l, s, a, -1 }, { s, t, l, a }, { s, l, t, a },
                            { s, l, a, t },  { l, s, t, a },  { l, s, a, t } };
    const int without[][3] = { { t, l, a }, { l, t, a }, { l, a, t } };
    for (size_t i = 0; *u->source && i < sizeof with / sizeof with[0]; i++)
        if (first_says_yes(with[i], 4))
            return true;
    for (size_t i = 0; !*u->source && i < sizeof without / sizeof without[0]; i++)
        if (first_says_yes(without[i], 3))
            return true;
    return false;
}

/* JSON, as far as it is needed: values are kept as a flat list of tokens.  */

enum json { OBJECT, ARRAY, STRING, OTHER };

struct token {
    enum json kind;
    char s[LONG];
    size_t end; /* the token behind it and all inside */
};

static struct token tokens[1 << 15];
static size_t n_tokens;

static const char *read_json(const char *p)
{
    p += strspn(p, " \n,:");
    struct token *t = &tokens[n_tokens++];
    size_t n = 0;
    t->kind = *p == '{' ? OBJECT : *p == '[' ? ARRAY : *p == '"' ? STRING : OTHER;
    if (t->kind == STRING) {
        for (p++; *p != '"'; p++) {
            p += *p == '\\';
            t->s[n++] = *p;
        }
        p++;
    } else if (t->kind == OTHER) {
        while (*p && !strchr(" \n,:]}", *p))
            t->s[n++] = *p++;
    } else {
        p++;
        for (p += strspn(p, " \n,:"); *p && *p != '}' && *p != ']'; p += strspn(p, " \n,:"))
            p = read_json(p);
        p++;
    }
    t->s[n] = '\0';
    t->end = n_tokens;
    return p;
}

/* The value of 'key' in the object at 'at'.  */
static size_t member(size_t at, const char *key)
{
    for (size_t i = at + 1; i < tokens[at].end; i = tokens[i + 1].end)
        if (strcmp(tokens[i].s, key) == 0)
            return i + 1;
    printf("Bail out! the document has no member %s\n", key);
    exit(1);
}

/* Sets of the proof */

struct set {
    struct network v[1024];
    size_t n;
};

static void read_set(size_t at, struct set *set)
{
    set->n = 0;
    for (size_t i = at + 1; i < tokens[at].end; i++)
        if (set->n < 1024 && read_network(tokens[i].s, &set->v[set->n]))
            set->n++;
}

static bool in_set(const struct set *set, const struct address *a)
{
    for (size_t i = 0; i < set->n; i++)
        if (in_network(&set->v[i], a))
            return true;
    return false;
}

/* The prefixes are in order, apart, and as few as can be.  */
static bool is_canonical(const struct set *set)
{
    for (size_t i = 1; i < set->n; i++) {
        const struct network *x = &set->v[i - 1], *y = &set->v[i];
        struct address hi = end_of(x, true);
        if (x->a.family > y->a.family)
            return false;
        if (x->a.family != y->a.family)
            continue;
        if (memcmp(hi.b, y->a.b, sizeof hi.b) >= 0)
            return false;
        struct network both = { x->a, x->bits - 1 };
        if (x->bits == y->bits && x->bits > 0 && in_network(&both, &y->a))
            return false;
    }
    return true;
}

/* Comparing */

static struct address clients[1 << 14];
static size_t n_clients;

static void add_client(struct address a)
{
    if (n_clients < sizeof clients / sizeof clients[0])
        clients[n_clients++] = a;
}

static void add_ends(const struct network *n)
{
    struct address lo = end_of(n, false), hi = end_of(n, true);
    add_client(lo);
    add_client(hi);
    add_client(beside(lo, -1));
    add_client(beside(hi, 1));
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct address));
}

/* All clients to ask for: ends of prefixes, of what is special, and random ones.  */
static void choose_clients(void)
{
    static const char *const special[] = { "0/0",     "127.0.0.0/8",   "::/0",
                                           "::1/128", "::ffff:0:0/96", NULL };
    struct network n;
    n_clients = 0;
    for (const char *const *s = special; *s; s++) {
        read_network(*s, &n);
        add_ends(&n);
    }
    for (size_t i = 0; i < conf.n_sources; i++) {
        if (!conf.sources[i].by_address)
            continue;
        n = conf.sources[i].net;
        add_ends(&n);
        if (n.bits >= 96 && n.a.family == 6 && in_network(&mapped_network, &n.a)) {
            n.a.family = 4;
            memset(n.a.b, 0, 12);
            n.bits -= 96;
            add_ends(&n);
        }
    }
    for (int i = 0; i < 8; i++) {
        struct address a = { { 0 }, i % 2 ? 4 : 6 };
        for (int k = i % 2 ? 12 : 0; k < 16; k++)
            a.b[k] = (uint8_t)next_random();
        add_client(a);
    }
}

/* Adds the ends of what the document says.  */
static void add_sets(void)
{
    struct network n;
    for (size_t i = 0; i < n_tokens; i++)
        if (tokens[i].kind == STRING && read_network(tokens[i].s, &n))
            add_ends(&n);
}

static size_t unique(struct address *v, size_t n)
{
    size_t kept = 0;
    qsort(v, n, sizeof *v, by_bytes);
    for (size_t i = 0; i < n; i++)
        if (!kept || by_bytes(&v[kept - 1], &v[i]))
            v[kept++] = v[i];
    return kept;
}

static struct {
    unsigned long topologies, listeners, clients, questions, yes, failures;
} count;

/* A listener of the document: its endpoints and its sets.  */
struct proved {
    const struct conf_listener *doors[4];
    size_t n_doors;
    const char *name;
    struct set mail, open, open_clear, bare, plain, login[8], login_clear[8];
};

static void expect(const struct proved *p, const char *what, const struct address *a, bool naive,
                   bool proof)
{
    char out[64];
    count.questions++;
    count.yes += naive;
    if (naive == proof)
        return;
    if (count.failures++ < 5)
        printf("# %s: %s for %s: the proof says %s\n", p->name, what, show(a, out),
               proof ? "yes" : "no");
}

/* The client can connect: loopback to loopback alone, else by family; a wildcard takes both, and so
   does an IPv4 address in IPv6 clothes.  */
static bool reaches(const struct address *a, const struct conf_listener *l)
{
    char host[LONG];
    struct network n, loop4, loop6;
    snprintf(host, sizeof host, "%s", l->endpoint);
    *strrchr(host, ':') = '\0';
    char *p = host[0] == '[' ? host + 1 : host;
    p[strcspn(p, "]")] = '\0';
    read_network(p, &n);
    read_network("127.0.0.0/8", &loop4);
    read_network("::1", &loop6);
    if (n.bits == 0 || strcmp(p, "0.0.0.0") == 0 || strcmp(p, "::") == 0 ||
        in_network(&mapped_network, &n.a))
        return true;
    if (in_network(&loop4, &n.a))
        return in_network(&loop4, a);
    if (in_network(&loop6, &n.a))
        return in_network(&loop6, a);
    return n.a.family == a->family;
}

struct answer {
    bool mail, open, open_clear, bare, plain, login[8], login_clear[8];
};

static void ask(struct answer *x, const struct visit *v)
{
    bool right = before_login(v, RIGHT);
    bool clear = can_be(v, false), tls = can_be(v, true);
    x->mail |= takes_mail(v) && (clear || tls);
    x->open |= takes_mail(v) && right && (clear || tls);
    x->open_clear |= takes_mail(v) && right && clear;
    bool bare = served(v) && (clear || conf.before_4_5) && before_login(v, ALLOW_AUTH) &&
                !before_login(v, TLS_FIRST);
    x->bare |= bare;
    x->plain |= bare && before_login(v, PLAIN);
    for (size_t i = 0; i < conf.n_users; i++) {
        const struct conf_user *u = &conf.users[i];
        bool after = right_after_login(v, u);
        bool in_clear = clear && can_log_in(v, u, false) && after;
        x->login[i] |= in_clear || (tls && can_log_in(v, u, true) && after);
        x->login_clear[i] |= in_clear;
    }
}

static void compare_client(const struct proved *p, const struct address *a)
{
    struct answer x = { .mail = false };
    int by_address[2][N_WORDS];
    for (int joined = 0; joined < 2; joined++)
        for (int w = 0; w < N_WORDS; w++)
            by_address[joined][w] = said_for_address(a, (enum word)w, joined);
    for (size_t d = 0; d < p->n_doors; d++)
        for (int joined = 0; joined < 2 && reaches(a, p->doors[d]); joined++) {
            struct visit v = { a, p->doors[d], source_named(p->doors[d]->source), joined,
                               by_address };
            ask(&x, &v);
        }
    expect(p, "mail without login", a, x.mail, in_set(&p->mail, a));
    expect(p, "relaying without login", a, x.open, in_set(&p->open, a));
    expect(p, "the same in clear text", a, x.open_clear, in_set(&p->open_clear, a));
    expect(p, "a login without TLS", a, x.bare, in_set(&p->bare, a));
    expect(p, "PLAIN without TLS", a, x.plain, in_set(&p->plain, a));
    for (size_t i = 0; i < conf.n_users; i++) {
        expect(p, "relaying after login", a, x.login[i], in_set(&p->login[i], a));
        expect(p, "the same in clear text", a, x.login_clear[i], in_set(&p->login_clear[i], a));
    }
}

/* The login of the document that user 'name' has.  */
static size_t login_of(size_t logins, const char *name)
{
    size_t n = 0;
    for (size_t i = logins + 1; i < tokens[logins].end; i = tokens[i].end, n++) {
        size_t users = member(i, "users");
        for (size_t k = users + 1; k < tokens[users].end; k++)
            if (strcmp(tokens[k].s, name) == 0)
                return n;
    }
    return SIZE_MAX;
}

static void read_clients(size_t at, struct set *all, struct set *clear)
{
    read_set(member(at, "clients"), all);
    read_set(member(at, "clearText"), clear);
    if (!is_canonical(all) || !is_canonical(clear)) {
        count.failures++;
        printf("# prefixes that overlap, or too many of them\n");
    }
}

/* Element 'n' of the array at 'at', or what is behind it.  */
static size_t element(size_t at, size_t n)
{
    size_t i = at + 1;
    for (; n > 0 && i < tokens[at].end; n--)
        i = tokens[i].end;
    return i;
}

static void read_proved(size_t at, size_t doors, size_t logins, struct proved *p)
{
    size_t endpoints = member(at, "endpoints");
    size_t door = element(doors, strtoul(tokens[member(at, "door")].s, NULL, 10));
    size_t after = member(door, "afterLogin");
    p->name = tokens[member(at, "name")].s;
    p->n_doors = 0;
    for (size_t i = endpoints + 1; i < tokens[endpoints].end; i++)
        for (size_t k = 0; k < conf.n_listeners; k++)
            if (strcmp(conf.listeners[k].endpoint, tokens[i].s) == 0)
                p->doors[p->n_doors++] = &conf.listeners[k];
    read_set(member(member(door, "recipients"), "clients"), &p->mail);
    read_clients(member(door, "withoutLogin"), &p->open, &p->open_clear);
    read_set(member(member(door, "withoutTls"), "login"), &p->bare);
    read_set(member(member(door, "withoutTls"), "plain"), &p->plain);
    for (size_t u = 0; u < conf.n_users; u++) {
        size_t i = element(after, login_of(logins, conf.users[u].name));
        if (i >= tokens[after].end) {
            printf("# no login for %s\n", conf.users[u].name);
            count.failures++;
            return;
        }
        read_clients(i, &p->login[u], &p->login_clear[u]);
    }
}

/* The lines that give recipients to anybody are in the document, and no others.  */
static void compare_recipients(size_t recipients)
{
    size_t n = 0;
    for (size_t i = recipients + 1; i < tokens[recipients].end; i = tokens[i].end, n++) {
        char value[LONG + 2];
        bool pattern = strcmp(tokens[member(i, "pattern")].s, "true") == 0;
        snprintf(value, sizeof value, pattern ? "/%s/" : "%s", tokens[member(i, "value")].s);
        size_t k = 0;
        while (k < conf.n_recipients && strcmp(conf.recipients[k], value) != 0)
            k++;
        if (k == conf.n_recipients) {
            printf("# recipient %s is not in the configuration\n", value);
            count.failures++;
        }
    }
    if (n != conf.n_recipients) {
        printf("# %zu recipients, and %zu in the configuration\n", n, conf.n_recipients);
        count.failures++;
    }
}

static void compare(bool thorough)
{
    static struct proved p;
    size_t hosts = member(0, "hosts"), host = hosts + 1;
    size_t listeners = member(host, "listeners"), logins = member(host, "logins");
    size_t doors = member(host, "doors"), endpoints = 0;
    choose_clients();
    if (thorough)
        add_sets();
    n_clients = unique(clients, n_clients);
    compare_recipients(member(host, "recipients"));
    for (size_t i = listeners + 1; i < tokens[listeners].end; i = tokens[i].end) {
        read_proved(i, doors, logins, &p);
        endpoints += p.n_doors;
        for (size_t k = 0; k < n_clients; k++)
            compare_client(&p, &clients[k]);
        count.listeners++;
        count.clients += n_clients;
    }
    if (endpoints != conf.n_listeners) {
        printf("# %zu endpoints are proved, and %zu are in the configuration\n", endpoints,
               conf.n_listeners);
        count.failures++;
    }
}

/* The world of the compiler: one input.  */

static int read_topology(void *context, struct arena *arena, const char *path, size_t limit,
                         struct str *out, struct io_identity *identity, const char **why)
{
    (void)context, (void)path, (void)limit, (void)why;
    char *p = arena_alloc(arena, text_n + 2);
    memcpy(p, text, text_n);
    p[text_n] = p[text_n + 1] = '\0';
    *out = (struct str){ p, text_n };
    *identity = (struct io_identity){ 0, 0 };
    return 0;
}

static void try_topology(unsigned long number)
{
    struct io io = io_nothing;
    io.read = read_topology;
    static struct compilation c;
    static struct str path;
    struct options options = { .relay = true, .json = true };
    path = (struct str){ "random.topo", strlen("random.topo") };
    options.inputs.v = &path;
    options.inputs.n = 1;
    unsigned long before = count.failures;
    struct str conf_text = { "", 0 };
    make_topology();
    if (getenv("RELAY_SHOW"))
        printf("# topology %lu\n%.*s\n", number, (int)text_n, text);
    enum compile_status status = compile(&c, &options, &io, COMPILE_TABLES);
    if ((status != COMPILE_FINE && status != COMPILE_ERRORS) || c.outputs.n != 1) {
        printf("# topology %lu gives no configuration\n%.*s\n", number, (int)text_n, text);
        count.failures++;
    } else {
        char *json = malloc(c.tables.n + 1);
        if (!json)
            exit(1);
        memcpy(json, buf_str(&c.tables).p, c.tables.n);
        json[c.tables.n] = '\0';
        conf_text = compile_text(&c, 0);
        read_conf(conf_text);
        n_tokens = 0;
        const char *table = read_json(json); /* behind its name */
        n_tokens = 0;
        read_json(table);
        compare(number % 16 == 0);
        free(json);
    }
    if (count.failures > before && before < 5)
        printf("# topology %lu:\n%.*s\n# becomes:\n%.*s\n", number, (int)text_n, text,
               (int)conf_text.n, conf_text.p);
    compile_free(&c);
    count.topologies++;
}

static uint64_t setting(const char *name, uint64_t usual)
{
    const char *value = getenv(name);
    return value && *value ? strtoull(value, NULL, 0) : usual;
}

int main(void)
{
    uint64_t seed = setting("RELAY_SEED", 20261121), n = setting("RELAY_TOPOLOGIES", 10000);
    printf("1..2\n# seed %" PRIu64 ", %" PRIu64 " topologies\n", seed, n);
    for (uint64_t i = 0; i < n; i++) {
        state = seed + i * 0x632be59bd9b4e019u;
        try_topology(i);
    }
    printf("# %lu listeners, %lu clients, %lu questions, %lu of them yes\n", count.listeners,
           count.clients, count.questions, count.yes);
    printf("%sok 1 - the proof and the naive evaluation agree\n", count.failures ? "not " : "");
    /* A generator that opens nothing, or everything, would prove nothing.  */
    bool even = count.yes > count.questions / 20 && count.yes < count.questions / 20 * 19;
    printf("%sok 2 - both answers occur often\n", even ? "" : "not ");
    return count.failures || !even;
}
