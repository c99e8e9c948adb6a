/* test_lines - runs tables of 'TYPE input => result' against the values and the dictionary.

   Usage: test_lines FILE...  Prints TAP.  In an input "\xNN" is a byte, "\s" a blank and "\b" a
   backslash.  A result is what the comment of its function below says, or "error: REASON", behind
   which "; fix: TEXT" stands where there is a fix.

   Beside the results, every fault must keep the promises of value.h: its place is inside the text,
   its reason has no full stop, and its fix is accepted.  */

#include <config.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "dict.h"

enum { LINE = 4096, OUT = 1024 };

struct test {
    const struct dict *dict;
    struct arena *arena;
    char out[OUT];
};

struct row {
    const char *name;
    /* Fills 'out' and returns true, or fills 'fault'.  */
    bool (*run)(struct test *, struct str input, struct fault *);
};

static bool say(struct test *t, const char *format, ...) PRINTF(2, 3);
static bool say(struct test *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(t->out, OUT, format, args);
    va_end(args);
    return true;
}

/* The first word of '*s', which is taken off.  */
static struct str word(struct str *s)
{
    *s = str_trim(*s);
    struct str first = str_sub(*s, 0, str_find(*s, ' '));
    *s = str_trim(str_sub(*s, first.n, s->n));
    return first;
}

/* Canonical text.  */
static bool run_addr(struct test *t, struct str s, struct fault *fault)
{
    struct addr addr;
    char text[48];
    return value_addr(s, &addr, fault) && say(t, "%s", addr_text(&addr, text));
}

static bool run_cidr(struct test *t, struct str s, struct fault *fault)
{
    struct cidr cidr;
    char text[56];
    return value_cidr(s, &cidr, fault) && say(t, "%s", cidr_text(&cidr, text));
}

/* The network, and "host bits" where there are such.  */
static bool run_network(struct test *t, struct str s, struct fault *fault)
{
    struct cidr cidr, network;
    char text[56];
    if (!value_cidr(s, &cidr, fault))
        return false;
    network = cidr_network(&cidr);
    return say(t, "%s%s%s", cidr_text(&network, text),
               cidr_has_host_bits(&cidr) ? " host bits" : "", cidr_is_any(&cidr) ? " any" : "");
}

static bool run_kind(struct test *t, struct str s, struct fault *fault)
{
    struct cidr cidr;
    return value_cidr(s, &cidr, fault) && say(t, "%s", addr_kind_name(cidr_kind(&cidr)));
}

/* "contains", "overlaps" or "apart" for two prefixes.  */
static bool run_relation(struct test *t, struct str s, struct fault *fault)
{
    struct cidr a, b;
    struct str first = word(&s);
    if (!value_cidr(first, &a, fault) || !value_cidr(s, &b, fault))
        return false;
    return say(t, "%s", cidr_contains(&a, &b) ? "contains" : cidr_overlaps(&a, &b) ? "overlaps"
               : "apart");
}

/* "before", "same" or "after" for two addresses.  */
static bool run_order(struct test *t, struct str s, struct fault *fault)
{
    struct addr a, b;
    struct str first = word(&s);
    if (!value_addr(first, &a, fault) || !value_addr(s, &b, fault))
        return false;
    int order = addr_cmp(&a, &b);
    return say(t, "%s", order < 0 ? "before" : order ? "after" : "same");
}

/* Prefix and port.  */
static bool run_endpoint(struct test *t, struct str s, struct fault *fault)
{
    struct cidr cidr;
    uint16_t port;
    char text[56];
    return value_endpoint(s, &cidr, &port, fault) &&
           say(t, "%s port %u", cidr_text(&cidr, text), (unsigned)port);
}

static bool run_int(struct test *t, struct str s, struct fault *fault)
{
    uint64_t number;
    return value_int(s, 1, 100, &number, fault) && say(t, "%" PRIu64, number);
}

static bool run_bool(struct test *t, struct str s, struct fault *fault)
{
    bool truth;
    return value_bool(s, &truth, fault) && say(t, "%s", truth ? "yes" : "no");
}

/* Seconds.  */
static bool run_duration(struct test *t, struct str s, struct fault *fault)
{
    uint64_t seconds;
    return value_duration(s, &seconds, fault) && say(t, "%" PRIu64, seconds);
}

/* Bytes, and "bare".  */
static bool run_size(struct test *t, struct str s, struct fault *fault)
{
    uint64_t bytes;
    bool bare;
    return value_size(s, &bytes, &bare, fault) &&
           say(t, "%" PRIu64 "%s", bytes, bare ? " bare" : "");
}

/* Count and seconds, and "multiple".  */
static bool run_rate(struct test *t, struct str s, struct fault *fault)
{
    uint64_t count, seconds;
    bool multiple;
    return value_rate(s, &count, &seconds, &multiple, fault) &&
           say(t, "%" PRIu64 " in %" PRIu64 "%s", count, seconds, multiple ? " multiple" : "");
}

static bool run_datarate(struct test *t, struct str s, struct fault *fault)
{
    uint64_t count, seconds;
    bool multiple;
    return value_datarate(s, &count, &seconds, &multiple, fault) &&
           say(t, "%" PRIu64 " in %" PRIu64 "%s", count, seconds, multiple ? " multiple" : "");
}

/* "ok"; before the reason stands the name of the check.  */
static bool host_result(struct test *t, enum host_fault why, struct fault *fault)
{
    static const char *const names[] = {
        [HOST_SYNTAX] = "syntax", [HOST_NOT_QUALIFIED] = "not-qualified",
        [HOST_IS_ADDRESS] = "is-address", [HOST_NOT_ASCII] = "not-ascii",
    };
    char reason[sizeof fault->why];
    if (why == HOST_FINE)
        return say(t, "ok");
    snprintf(reason, sizeof reason, "%s", fault->why);
    int n = snprintf(fault->why, sizeof fault->why, "%s: %s", names[why], reason);
    return n < 0;
}

/* What is taken for good in front of a good name has to be good.  */
static bool run_host(struct test *t, struct str s, struct fault *fault)
{
    struct str above = str_sub(s, str_find(s, '.') + 1, s.n);
    bool below = value_host(above, fault) == HOST_FINE && value_host_below(s, above);
    enum host_fault why = value_host(s, fault);
    return below && why != HOST_FINE ? say(t, "taken for good") : host_result(t, why, fault);
}

static bool run_domain(struct test *t, struct str s, struct fault *fault)
{
    return host_result(t, value_domain(s, false, fault), fault);
}

static bool run_pattern(struct test *t, struct str s, struct fault *fault)
{
    return host_result(t, value_domain(s, true, fault), fault);
}

static bool run_selector(struct test *t, struct str s, struct fault *fault)
{
    return value_selector(s, fault) && say(t, "ok");
}

static bool run_email(struct test *t, struct str s, struct fault *fault)
{
    return value_email(s, fault) && say(t, "ok");
}

static bool run_name(struct test *t, struct str s, struct fault *fault)
{
    return value_name(s, false, fault) && say(t, "ok");
}

static bool run_user(struct test *t, struct str s, struct fault *fault)
{
    return value_name(s, true, fault) && say(t, "ok");
}

/* Splits the values of a line: blanks, commas, "strings" and /patterns/.  */
static size_t split(struct str s, struct arg *args, size_t max)
{
    size_t n = 0;
    bool joined = false;

    while (n < max && (s = str_trim(s)).n) {
        if (s.p[0] == ',') {
            joined = true;
            s = str_sub(s, 1, s.n);
            continue;
        }
        struct arg arg = { .joined = joined };
        size_t end = 0, skip = 0;
        char quote = s.p[0];
        while (++end < s.n && !(s.p[end] == quote && s.p[end - 1] != '\\'))
            continue;
        if (quote == '"' && end < s.n) {
            arg.string = true;
            skip = 1;
        } else if (quote == '/' && end < s.n &&
                   (end + 1 == s.n || s.p[end + 1] == ' ' || s.p[end + 1] == ',')) {
            arg.pattern = true;
            skip = 1;
        } else {
            for (end = 0; end < s.n && s.p[end] != ' ' && s.p[end] != ','; end++)
                continue;
        }
        arg.text = str_sub(s, skip, end - skip);
        s = str_sub(s, end + skip, s.n);
        args[n++] = arg;
        joined = false;
    }
    return n;
}

/* The directive that "SCOPE NAME" at the beginning of '*s' names.  */
static const struct directive *directive_of(struct test *t, struct str *s)
{
    struct str tag = word(s), name = word(s);
    enum scope scope = str_eq(tag, STR("global")) ? SCOPE_global : dict_section(t->dict, tag);
    return dict_find(t->dict, name, scope);
}

/* "ok"; the reason says which value is wrong, counted from 1.  */
static bool dict_result(struct test *t, struct str s, int version, struct fault *fault)
{
    struct arg args[32];
    const struct directive *directive = directive_of(t, &s);
    size_t which, n = split(s, args, 32);
    struct fault inner;

    if (!directive)
        return say(t, "no such directive");
    if (dict_value(directive, args, n, version, &which, &inner))
        return say(t, "ok");
    if (which > n || inner.lo > inner.hi || inner.hi > (which < n ? args[which].text.n : 0))
        return say(t, "the place of the fault is not in the text");
    *fault = (struct fault){ 0 };
    snprintf(fault->why, sizeof fault->why, "%zu: %.180s", which + 1, inner.why);
    if (inner.fix[0] && which < n) {
        args[which].text = str_of(inner.fix);
        struct fault unused;
        if (!dict_value(directive, args, n, version, &which, &unused))
            return say(t, "the fix %s is wrong too", inner.fix);
        snprintf(t->out, OUT, "%s", inner.fix);
    }
    return false;
}

static bool run_dict(struct test *t, struct str s, struct fault *fault)
{
    return dict_result(t, s, PMTA_5_0, fault);
}

static bool run_dict45(struct test *t, struct str s, struct fault *fault)
{
    return dict_result(t, s, PMTA_4_5, fault);
}

static bool run_dict40(struct test *t, struct str s, struct fault *fault)
{
    return dict_result(t, s, PMTA_4_0, fault);
}

static bool run_default(struct test *t, struct str s, struct fault *fault)
{
    struct arg args[32];
    const struct directive *directive = directive_of(t, &s);
    (void)fault;
    if (!directive)
        return say(t, "no such directive");
    return say(t, "%s", dict_is_default(directive, args, split(s, args, 32)) ? "yes" : "no");
}

static bool run_syntax(struct test *t, struct str s, struct fault *fault)
{
    const struct directive *directive = directive_of(t, &s);
    (void)fault;
    if (!directive)
        return say(t, "no such directive");
    return say(t, "%.*s", STR_ARG(dict_syntax(directive, t->arena)));
}

static bool run_scopes(struct test *t, struct str s, struct fault *fault)
{
    (void)fault;
    return say(t, "%.*s", STR_ARG(dict_scopes_text(t->dict, s, t->arena)));
}

static bool run_secret(struct test *t, struct str s, struct fault *fault)
{
    const struct directive *directive = directive_of(t, &s);
    (void)fault;
    return directive ? say(t, "%d", dict_secret_arg(directive)) : say(t, "no such directive");
}

static bool run_foreign(struct test *t, struct str s, struct fault *fault)
{
    const struct foreign *foreign = dict_foreign(t->dict, s);
    (void)fault;
    return say(t, "%s", foreign ? foreign->instead : "unknown");
}

static const struct row rows[] = {
    { "addr", run_addr },         { "cidr", run_cidr },         { "network", run_network },
    { "kind", run_kind },         { "relation", run_relation }, { "order", run_order },
    { "endpoint", run_endpoint }, { "int", run_int },           { "bool", run_bool },
    { "duration", run_duration }, { "size", run_size },         { "rate", run_rate },
    { "datarate", run_datarate }, { "host", run_host },         { "domain", run_domain },
    { "pattern", run_pattern },   { "selector", run_selector }, { "email", run_email },
    { "name", run_name },         { "user", run_user },         { "dict", run_dict },
    { "dict4.5", run_dict45 },    { "dict4.0", run_dict40 },    { "default", run_default },
    { "syntax", run_syntax },     { "scopes", run_scopes },     { "secret", run_secret },
    { "foreign", run_foreign },
};

/* 's' with its escapes read, in 'arena'.  */
static struct str decode(struct arena *arena, struct str s)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && i + 3 < s.n && s.p[i + 1] == 'x') {
            char hex[3] = { s.p[i + 2], s.p[i + 3], '\0' };
            c = (char)strtol(hex, NULL, 16);
            i += 3;
        } else if (c == '\\' && i + 1 < s.n && (s.p[i + 1] == 's' || s.p[i + 1] == 'b')) {
            c = s.p[++i] == 's' ? ' ' : '\\';
        }
        out[n++] = c;
    }
    return (struct str){ out, n };
}

/* Runs one row; the result is in 't->out'.  */
static void run(struct test *t, const struct row *row, struct str input)
{
    struct fault fault = { 0 }, again;
    char text[OUT / 2];

    t->out[0] = '\0';
    if (row->run(t, input, &fault))
        return;
    /* A dictionary row leaves its fix, which it has tried, in 'out'.  */
    if (t->out[0])
        snprintf(fault.fix, sizeof fault.fix, "%.250s", t->out);
    snprintf(text, sizeof text, "error: %s%s%s", fault.why, fault.fix[0] ? "; fix: " : "",
             fault.fix);
    size_t size = strlen(fault.why);
    if (fault.lo > fault.hi || fault.hi > input.n)
        say(t, "the place of the fault is not in the text");
    else if (size == 0 || fault.why[size - 1] == '.')
        say(t, "the reason is empty or has a full stop: %s", fault.why);
    else if (fault.fix[0] && !t->out[0] && !row->run(t, str_of(fault.fix), &again))
        say(t, "the fix %s is wrong too", fault.fix);
    else
        snprintf(t->out, OUT, "%s", text);
}

static int check_line(struct test *t, const char *file, int number, int test, struct str line)
{
    struct str left = line, right = STR("");
    for (size_t i = 0; i + 3 < line.n; i++) {
        if (memcmp(line.p + i, " => ", 4) == 0) {
            left = str_sub(line, 0, i);
            right = str_sub(line, i + 4, line.n);
        }
    }
    struct str rest = left, name = word(&rest);
    const struct row *row = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eq(name, str_of(rows[i].name)))
            row = &rows[i];
    if (row)
        run(t, row, decode(t->arena, rest));
    else
        say(t, "no such type");
    bool ok = row && str_eq(str_of(t->out), right);
    printf("%sok %d - %s:%d %.*s\n", ok ? "" : "not ", test, file, number, STR_ARG(left));
    if (!ok)
        printf("# found: %s\n", t->out);
    return ok ? 0 : 1;
}

/* Runs all rows of one file; counts them in '*tests'.  Returns how many failed, or -1.  */
static int check_file(struct test *t, const char *path, int *tests)
{
    char line[LINE];
    FILE *file = fopen(path, "r");
    const char *slash = strrchr(path, '/');
    int bad = 0;

    if (!file)
        return -1;
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        struct str text = str_of(line);
        if (text.n && text.p[text.n - 1] == '\n')
            text.n--;
        if (text.n == 0 || text.p[0] == '#')
            continue;
        bad += check_line(t, slash ? slash + 1 : path, number, ++*tests, text);
    }
    fclose(file);
    return bad;
}

static int check_files(struct arena *arena, char **paths)
{
    struct test t = { .dict = dict_new(arena), .arena = arena };
    int tests = 0, bad = 0;

    for (; *paths; paths++) {
        int found = check_file(&t, *paths, &tests);
        if (found < 0) {
            printf("Bail out! cannot read %s\n", *paths);
            return 99;
        }
        bad += found;
    }
    printf("1..%d\n", tests);
    return bad != 0;
}

int main(int argc, char **argv)
{
    static struct arena arena;
    jmp_buf handler;

    (void)argc;
    if (setjmp(handler) != 0) {
        printf("Bail out! out of memory\n");
        return 99;
    }
    arena_init(&arena, &handler);
    int status = check_files(&arena, argv + 1);
    arena_free(&arena);
    return status;
}
