#include <config.h>

#include "dict-word.h"

#include "value-fault.h"

/* Words that name places in the network: addresses, hosts, domains, files, web addresses.  */

bool word_ip(const struct word *w, struct fault *fault)
{
    struct addr addr;
    return value_addr(w->text, &addr, fault);
}

bool word_cidr(const struct word *w, struct fault *fault)
{
    struct cidr cidr;
    return value_cidr(w->text, &cidr, fault);
}

bool word_host(const struct word *w, struct fault *fault)
{
    return value_host(w->text, fault) == HOST_FINE;
}

bool word_endpoint(const struct word *w, struct fault *fault)
{
    struct cidr cidr;
    uint16_t port;
    return value_endpoint(w->text, &cidr, &port, fault);
}

bool word_listener_option(const struct word *w, struct fault *fault)
{
    static const struct str names[] = { STR_INIT("source"), STR_INIT("tls") };
    size_t equals = str_find(w->text, '=');
    struct str name = str_sub(w->text, 0, equals);
    struct str value = str_sub(w->text, equals + 1, w->text.n);
    bool truth;

    if (equals == w->text.n || (!str_ieq(name, names[0]) && !str_ieq(name, names[1])))
        return fault_at(fault, 0, 0, "`%s` is no option of a listener; source=NAME and tls=yes are",
                        show(w->text).text);
    if (str_ieq(name, names[1]))
        return value_bool(value, &truth, fault) || fault_shift(fault, equals + 1, value.n);
    if (value.n == 0)
        return fault_at(fault, 0, 0, "the name of a source is missing behind `=`");
    return true;
}

bool word_access_option(const struct word *w, struct fault *fault)
{
    if (!str_ieq(w->text, STR("deny-logs")))
        return fault_at(fault, 0, 0, "`%s` is not deny-logs, the only word that may follow",
                        show(w->text).text);
    if (!str_ieq(w->args[1].text, STR("monitor")))
        return fault_at(fault, 0, 0, "deny-logs belongs to monitor, not to %s",
                        show(w->args[1].text).text);
    if (w->version < PMTA_5_0)
        return fault_at(fault, 0, 0, "`deny-logs` exists from PowerMTA 5.0 on");
    return true;
}

/* A domain as PowerMTA takes it for mail: one label is enough, and U-labels may be written.  */
static bool mail_domain(struct str s, bool pattern, struct fault *fault)
{
    switch (value_domain(s, pattern, fault)) {
    case HOST_FINE:
    case HOST_NOT_QUALIFIED:
    case HOST_NOT_ASCII:
        return true;
    case HOST_SYNTAX:
    case HOST_IS_ADDRESS:
        break;
    }
    return false;
}

/* 's' holds the name of a macro, "$name".  */
static bool has_macro(struct str s)
{
    return str_find(s, '$') < s.n;
}

bool word_domain(const struct word *w, struct fault *fault)
{
    if (str_starts(w->text, STR("*")) || str_starts(w->text, STR("[")) ||
        str_starts(w->text, STR("{")))
        return fault_at(fault, 0, 0, "`%s` is a pattern; a complete domain is wanted",
                        show(w->text).text);
    return mail_domain(w->text, has_macro(w->text), fault);
}

bool word_domain_pattern(const struct word *w, struct fault *fault)
{
    return mail_domain(w->text, true, fault);
}

/* Bytes that cannot stand in a bare word: controls, blanks and quotes.  */
static bool is_bare(struct str s, struct fault *fault)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] > ' ' && s.p[i] != '"' && s.p[i] != 0x7f)
            continue;
        return fault_at(fault, i, i + 1,
                        is_blank(s.p[i]) ? "a blank may not stand here" : "`%s` may not stand here",
                        show(str_sub(s, i, 1)).text);
    }
    return true;
}

bool word_queue(const struct word *w, struct fault *fault)
{
    if (w->text.n == 0)
        return fault_at(fault, 0, 0, "the name of a queue is missing");
    if (w->text.p[0] == '{')
        return mail_domain(w->text, true, fault);
    return is_bare(w->text, fault);
}

bool word_queue_filter(const struct word *w, struct fault *fault)
{
    size_t skip = str_starts(w->text, STR("!")), slash = w->text.n;

    /* A pattern may hold a slash of its own, in "[ip/mask]".  */
    while (slash > skip && w->text.p[slash - 1] != '/')
        slash--;
    if (slash == skip)
        return fault_at(fault, 0, 0, "`%s` is not DOMAIN/VMTA", show(w->text).text);
    struct str domain = str_sub(w->text, skip, slash - 1 - skip);
    if (domain.n && domain.p[0] == '{')
        return fault_at(fault, skip, slash - 1, "a reserved name may not stand here");
    if (slash == w->text.n)
        return fault_at(fault, 0, 0, "the name of a virtual MTA is missing behind the slash");
    if (!mail_domain(domain, true, fault))
        return fault_shift(fault, skip, domain.n);
    return is_bare(w->text, fault);
}

bool word_macro_name(const struct word *w, struct fault *fault)
{
    if (w->text.n == 0)
        return fault_at(fault, 0, 0, "the name of a macro is missing");
    for (size_t i = 0; i < w->text.n; i++)
        if (!is_alnum(w->text.p[i]) && w->text.p[i] != '_')
            return fault_at(fault, i, i + 1,
                            "`%s` may not stand in the name of a macro; letters, "
                            "digits and `_` may",
                            show(str_sub(w->text, i, 1)).text);
    return true;
}

bool word_macro_piece(const struct word *w, struct fault *fault)
{
    if (w->text.n == 0)
        return fault_at(fault, 0, 0, "a domain is missing");
    for (size_t i = 0; i < w->text.n; i++) {
        char c = w->text.p[i];
        if (!is_alnum(c) && c != '.' && c != '-' && c != '_' && c != '$' && (unsigned char)c < 0x80)
            return fault_at(fault, i, i + 1, "`%s` may not stand in a domain",
                            show(str_sub(w->text, i, 1)).text);
    }
    return true;
}

bool word_selector(const struct word *w, struct fault *fault)
{
    return has_macro(w->text) ? word_macro_piece(w, fault) : value_selector(w->text, fault);
}

bool word_key_domain(const struct word *w, struct fault *fault)
{
    return str_eq(w->text, STR("*")) || word_domain(w, fault);
}

bool word_key_file(const struct word *w, struct fault *fault)
{
    static const struct str vault = STR_INIT("{vault}:");
    struct str rest = str_sub(w->text, vault.n, w->text.n);
    size_t colon = str_find(rest, ':');

    if (!str_starts(w->text, STR("{")))
        return word_path(w, fault);
    if (!str_starts(w->text, vault) || rest.n == 0 || rest.p[0] != '/')
        return fault_at(fault, 0, 0, "`%s` is not {vault}:/PATH:KEY", show(w->text).text);
    if (colon + 1 >= rest.n)
        return fault_at(fault, 0, 0, "the key is missing behind `%s`", show(w->text).text);
    return true;
}

/* A port from byte 'at' of 's' on.  */
static bool port_at(struct str s, size_t at, uint64_t least, struct fault *fault)
{
    struct str text = str_sub(s, at, s.n);
    uint64_t port;

    if (value_int(text, least, 65535, &port, fault))
        return true;
    struct fault inner = *fault;
    return is_digit(inner.why[0]) ? fault_at(fault, at, s.n, "port %s", inner.why)
                                  : fault_shift(fault, at, text.n);
}

/* The end of the host that begins 's', "[...]" or what stands before a colon; 0 where a bracket
   is not closed.  */
static size_t host_end(struct str s)
{
    if (!str_starts(s, STR("[")))
        return str_find(s, ':');
    size_t close = str_find(s, ']');
    return close == s.n ? 0 : close + 1;
}

/* "[ADDR]" or "[IPv6:ADDR]".  */
static bool bracket_addr(struct str s, struct fault *fault)
{
    size_t skip = str_ieq(str_sub(s, 1, 5), STR("IPv6:")) ? 6 : 1;
    struct str inner = str_sub(s, skip, s.n - skip - 1);
    struct addr addr;

    return value_addr(inner, &addr, fault) || fault_shift(fault, skip, inner.n);
}

/* HOST[:PORT] of a route: a hostname or an address in brackets.  */
static bool route_host(struct str s, struct fault *fault)
{
    size_t end = host_end(s);
    struct str host = str_sub(s, 0, end);

    if (s.n == 0)
        return fault_at(fault, 0, 0, "a host is missing");
    if (end == 0 && s.p[0] == '[')
        return fault_at(fault, 0, 1, "the bracket is not closed");
    if (host.n && host.p[0] == '[') {
        bool marked = str_ieq(str_sub(host, 1, 5), STR("IPv6:"));
        if (!bracket_addr(host, fault))
            return false;
        if (!marked && str_find(host, ':') < host.n)
            return fault_at(fault, 0, host.n, "an IPv6 address in brackets begins with `IPv6:`");
    } else if (!mail_domain(host, false, fault)) {
        struct addr addr;
        struct fault unused;
        if (!value_addr(host, &addr, &unused))
            return fault_shift(fault, 0, host.n);
        fault_at(fault, 0, end, "an address stands in brackets here: [%s]", show(host).text);
        return fault_fix(fault, "[%s]%s", show(host).text, show(str_sub(s, end, s.n)).text);
    }
    if (end == s.n)
        return true;
    if (s.p[end] != ':')
        return fault_at(fault, end, s.n, "`%s` does not belong behind the bracket",
                        show(str_sub(s, end, s.n)).text);
    return port_at(s, end + 1, 1, fault);
}

bool word_smtp_hosts(const struct word *w, struct fault *fault)
{
    static const struct str lookup = STR_INIT("lookup-mx:");

    for (size_t lo = 0; lo <= w->text.n;) {
        size_t hi = lo;
        while (hi < w->text.n && w->text.p[hi] != ',' && w->text.p[hi] != ';')
            hi++;
        struct str host = str_sub(w->text, lo, hi - lo);
        while (host.n && is_blank(host.p[0])) {
            host = str_sub(host, 1, host.n);
            lo++;
        }
        host = str_trim(host);
        struct str domain = str_sub(host, lookup.n, host.n);
        bool mx = str_starts(host, lookup), whole = host.n == w->text.n;
        if (mx && !mail_domain(domain, false, fault))
            return fault_shift(fault, lo + lookup.n, domain.n);
        if (!mx && !route_host(host, fault))
            return whole ? false : fault_shift(fault, lo, host.n);
        lo = hi + 1;
    }
    return true;
}

bool word_host_port(const struct word *w, struct fault *fault)
{
    size_t end = host_end(w->text);
    struct str host = str_sub(w->text, 0, end);
    struct addr addr;
    struct fault unused;

    if (end == w->text.n || w->text.p[end] != ':')
        return fault_at(fault, 0, 0, "`%s` is not HOST:PORT", show(w->text).text);
    if (!value_addr(host, &addr, &unused) &&
        (host.p[0] == '[' ? !bracket_addr(host, fault) : !mail_domain(host, false, fault)))
        return fault_shift(fault, 0, host.n);
    return port_at(w->text, end + 1, 1, fault);
}

bool word_client(const struct word *w, struct fault *fault)
{
    size_t end = host_end(w->text);
    struct str host = str_sub(w->text, 0, end);
    struct addr addr;
    struct fault unused;

    if (value_addr(w->text, &addr, &unused))
        return true;
    if (str_starts(host, STR("["))) {
        if (!bracket_addr(host, fault))
            return fault_shift(fault, 0, host.n);
    } else if (!value_addr(host, &addr, fault)) {
        return fault_shift(fault, 0, host.n);
    }
    if (end == w->text.n)
        return true;
    return w->text.p[end] == ':' ? port_at(w->text, end + 1, 0, fault)
                                 : fault_at(fault, end, w->text.n, "`:` and a port may follow");
}

bool word_path(const struct word *w, struct fault *fault)
{
    if (w->text.n == 0 && !w->args[w->at].pattern)
        return fault_at(fault, 0, 0, "a path is missing");
    for (size_t i = 0; i < w->text.n; i++)
        if ((unsigned char)w->text.p[i] < ' ')
            return fault_at(fault, i, i + 1, "`%s` may not stand in a path",
                            show(str_sub(w->text, i, 1)).text);
    return true;
}

bool word_absolute_path(const struct word *w, struct fault *fault)
{
    if (!word_path(w, fault))
        return false;
    /* "/x/" may have been read as a pattern: it is a path from the root.  */
    if (w->args[w->at].pattern || w->text.p[0] == '/')
        return true;
    return fault_at(fault, 0, 0, "`%s` does not begin at the root, as /var/log/pmta.log does",
                    show(w->text).text);
}

/* The bytes of "http://" or "https://" at the beginning of 's', 0 for neither.  */
static size_t scheme_size(struct str s)
{
    if (str_ieq(str_sub(s, 0, 7), STR("http://")))
        return 7;
    return str_ieq(str_sub(s, 0, 8), STR("https://")) ? 8 : 0;
}

/* The host and the port of a web address, from byte 'lo' to byte 'hi'.  */
static bool authority(struct str s, size_t lo, size_t hi, struct fault *fault)
{
    struct str text = str_sub(s, lo, hi - lo);
    size_t end = host_end(text);
    struct str host = str_sub(text, 0, end);
    struct addr addr;
    struct fault unused;

    if (text.n == 0 || (host.n == 0 && text.p[0] == ':'))
        return fault_at(fault, 0, 0, "the host is missing");
    if (end == 0)
        return fault_at(fault, lo, hi, "the bracket is not closed");
    if (!value_addr(host, &addr, &unused) &&
        (host.p[0] == '[' ? !bracket_addr(host, fault) : !mail_domain(host, false, fault)))
        return fault_shift(fault, lo, host.n);
    if (end == text.n)
        return true;
    if (text.p[end] != ':')
        return fault_at(fault, lo + end, hi, "`:` and a port may follow");
    return port_at(text, end + 1, 1, fault) || fault_shift(fault, lo, text.n);
}

bool word_url(const struct word *w, struct fault *fault)
{
    size_t scheme = scheme_size(w->text);

    if (!scheme)
        return fault_at(fault, 0, 0, "`%s` does not begin with http:// or https://",
                        show(w->text).text);
    struct str rest = str_sub(w->text, scheme, w->text.n);
    size_t slash = scheme + str_find(rest, '/');
    if (!is_bare(w->text, fault))
        return false;
    size_t at = scheme + str_find(rest, '@');
    if (at < slash)
        return fault_at(fault, scheme, at + 1, "a user name may not stand in the address");
    for (size_t i = scheme; i < w->text.n; i++)
        if (w->text.p[i] == '?' || w->text.p[i] == '#')
            return fault_at(fault, i, w->text.n, "%s may not stand in the address",
                            w->text.p[i] == '?' ? "a query" : "a fragment");
    return authority(w->text, scheme, slash, fault);
}

bool word_https_url(const struct word *w, struct fault *fault)
{
    if (scheme_size(w->text) == 7)
        return fault_at(fault, 0, 7, "the address must begin with https://");
    return word_url(w, fault);
}

bool word_server_url(const struct word *w, struct fault *fault)
{
    size_t scheme = scheme_size(w->text);
    size_t slash = scheme + str_find(str_sub(w->text, scheme, w->text.n), '/');

    if (!word_url(w, fault))
        return false;
    if (slash < w->text.n)
        return fault_at(fault, slash, w->text.n, "no path may follow the server");
    return true;
}

bool word_path_or_url(const struct word *w, struct fault *fault)
{
    return scheme_size(w->text) ? word_url(w, fault) : word_path(w, fault);
}
