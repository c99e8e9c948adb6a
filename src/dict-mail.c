#include <config.h>

#include "dict-word.h"

#include "value-fault.h"

/* Words about mail: addresses, headers, patterns and what they lead to, records, names.  */

/* An address as PowerMTA takes it: U-labels may be written (User's Guide 5.0).  What is right
   about one is judged by its A-labels.  */
static bool mail_address(struct str s, struct fault *fault)
{
    struct str domain = str_sub(s, str_find(s, '@'), s.n);
    bool ascii = true;
    struct fault unused;
    for (size_t i = 0; i < domain.n; i++)
        ascii &= ((unsigned char)domain.p[i] & 0x80) == 0;
    return value_email(s, fault) ||
           (!ascii && fault->fix[0] && value_email(str_of(fault->fix), &unused));
}

bool word_email(const struct word *w, struct fault *fault)
{
    return mail_address(w->text, fault);
}

/* One side of an address where "*" stands for anything.  */
static bool side(struct str s, size_t lo, size_t hi, bool domain, struct fault *fault)
{
    struct str text = str_sub(s, lo, hi - lo);
    char probe[400];

    if (str_eq(text, STR("*")))
        return true;
    if (text.n + 2 >= sizeof probe)
        return fault_at(fault, lo, hi, "`%s` is too long", show(text).text);
    memcpy(probe, domain ? "x@" : "", domain ? 2 : 0);
    memcpy(probe + (domain ? 2 : 0), text.p, text.n);
    memcpy(probe + text.n + (domain ? 2 : 0), "@x", domain ? 0 : 2);
    if (value_email((struct str){ probe, text.n + 2 }, fault))
        return true;
    fault->lo = lo;
    fault->hi = hi;
    fault->fix[0] = '\0';
    return false;
}

/* An address of a rewrite list.  */
static bool glob(struct str s, struct fault *fault)
{
    size_t at = str_find(s, '@');

    if (at == s.n)
        return fault_at(fault, 0, 0, "`%s` has no `@`", show(s).text);
    return side(s, 0, at, false, fault) && side(s, at + 1, s.n, true, fault);
}

bool word_email_source(const struct word *w, struct fault *fault)
{
    return str_eq(w->text, STR("<>")) || glob(w->text, fault);
}

bool word_email_target(const struct word *w, struct fault *fault)
{
    if (str_eq(w->args[0].text, STR("<>")) && str_find(w->text, '*') < w->text.n)
        return fault_at(fault, 0, 0, "`*` stands for nothing here: the first address is `<>`");
    for (size_t i = 0; i < w->text.n; i++)
        if ((unsigned char)w->text.p[i] & 0x80)
            return fault_at(fault, 0, 0, "the second address must be ASCII");
    return word_email_source(w, fault);
}

bool word_identity(const struct word *w, struct fault *fault)
{
    struct str domain = str_sub(w->text, 1, w->text.n);

    if (param_has(w->directive, w->text))
        return true;
    if (!str_starts(w->text, STR("@")))
        return mail_address(w->text, fault);
    if (str_eq(domain, STR("*")))
        return fault_at(fault, 0, 0, "`@*` is not a domain");
    return side(w->text, 1, w->text.n, true, fault);
}

bool word_header_name(const struct word *w, struct fault *fault)
{
    if (w->text.n == 0 || w->args[w->at].pattern)
        return fault_at(fault, 0, 0, "the name of a header is missing");
    /* RFC 5322 section 2.2: printable ASCII but the colon.  */
    for (size_t i = 0; i < w->text.n; i++) {
        char c = w->text.p[i];
        if (c > ' ' && c < 0x7f && c != ':' && c != '"')
            continue;
        fault_at(fault, i, i + 1, "`%s` may not stand in the name of a header",
                 show(str_sub(w->text, i, 1)).text);
        return c == ':' && i > 0 && i + 1 == w->text.n
                   ? fault_fix_str(fault, str_sub(w->text, 0, i)) : false;
    }
    return true;
}

bool word_regex(const struct word *w, struct fault *fault)
{
    if (w->args[w->at].pattern)
        return true;
    if (str_starts(w->text, STR("/")))
        return fault_at(fault, 0, 0, "the pattern has no closing slash");
    return fault_at(fault, 0, 0, "`%s` is not a pattern between slashes", show(w->text).text);
}

bool word_header_or_regex(const struct word *w, struct fault *fault)
{
    return w->args[w->at].pattern || str_starts(w->text, STR("/")) ? word_regex(w, fault)
                                                                   : word_header_name(w, fault);
}

bool word_email_or_regex(const struct word *w, struct fault *fault)
{
    if (w->args[w->at].pattern)
        return true;
    if (str_starts(w->text, STR("/")) && str_find(w->text, '@') == w->text.n)
        return fault_at(fault, 0, 0, "the pattern has no closing slash");
    return mail_address(w->text, fault);
}

/* A name of an object of the target: what a bare word may hold.  */
static bool is_name(struct str s, struct fault *fault)
{
    if (s.n == 0)
        return fault_at(fault, 0, 0, "a name is missing");
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '<' || s.p[i] == '>' ||
            s.p[i] == '#' || s.p[i] == 0x7f)
            return fault_at(fault, i, i + 1, "`%s` may not stand in a name",
                            show(str_sub(s, i, 1)).text);
    return true;
}

bool word_name(const struct word *w, struct fault *fault)
{
    if (w->args[w->at].pattern)
        return fault_at(fault, 0, 0, "a name is wanted, not a pattern");
    return is_name(w->text, fault);
}

bool word_source(const struct word *w, struct fault *fault)
{
    struct cidr cidr;
    struct fault unused;

    if (str_find(w->text, '/') < w->text.n && value_cidr(w->text, &cidr, &unused))
        return fault_at(fault, 0, 0, "`%s` is a range; the name of a source is wanted",
                        show(w->text).text);
    return word_name(w, fault);
}

bool word_signals(const struct word *w, struct fault *fault)
{
    return word_name(w, fault);
}

bool word_subaccount(const struct word *w, struct fault *fault)
{
    static const struct str name = STR_INIT("subaccount=");
    struct str number = str_sub(w->text, name.n, w->text.n);
    uint64_t value;
    bool truth = false;
    struct fault unused;

    if (!str_starts(w->text, name))
        return fault_at(fault, 0, 0, "`%s` is not subaccount=N", show(w->text).text);
    if (!value_bool(w->args[0].text, &truth, &unused) || !truth)
        return fault_at(fault, 0, 0, "a subaccount belongs to yes, not to %s",
                        show(w->args[0].text).text);
    return value_int(number, 0, UINT32_MAX, &value, fault) || fault_shift(fault, name.n, number.n);
}

/* Finds 'part' at the beginning of a word before this one.  */
static bool said_before(const struct word *w, size_t from, struct str part)
{
    for (size_t i = from; i < w->at; i++)
        if (str_starts(w->args[i].text, part))
            return true;
    return false;
}

/* The parts of a result, from the word 'from' on.  */
static bool result(const struct word *w, size_t from, struct fault *fault)
{
    static const struct str vmta = STR_INIT("virtual-mta="), call = STR_INIT("call-to:");
    static const struct str priority = STR_INIT("recipient-priority=");
    struct str key = str_starts(w->text, vmta) ? vmta : str_starts(w->text, call) ? call : priority;
    struct str value = str_sub(w->text, key.n, w->text.n);
    uint64_t number;

    if (w->at > from && str_eq(w->args[w->at - 1].text, call))
        return word_name(w, fault);
    if (w->at > from && !w->args[w->at].joined)
        return fault_at(fault, 0, 0, "`%s` must be joined by a comma", show(w->text).text);
    /* A nested list takes the place of the result.  */
    if (str_eq(w->text, STR("<pattern-list>")) && w->at == from)
        return true;
    if (!str_starts(w->text, key))
        return fault_at(fault, 0, 0, "`%s` is not virtual-mta=NAME, recipient-priority=N or "
                        "call-to:LIST", show(w->text).text);
    if (said_before(w, from, key))
        return fault_at(fault, 0, 0, "`%s` stands twice", show(key).text);
    if (w->at > from && (str_eq(key, call) || said_before(w, from, call) ||
                         said_before(w, from, STR("<"))))
        return fault_at(fault, 0, 0, "call-to and nested lists stand alone");
    if (str_eq(key, call) && value.n == 0 && w->at + 1 < w->n && !w->args[w->at + 1].joined)
        return true;
    if (str_eq(key, priority))
        return value_int(value, 0, 100, &number, fault) || fault_shift(fault, key.n, value.n);
    return is_name(value, fault) || fault_shift(fault, key.n, value.n);
}

bool word_result(const struct word *w, struct fault *fault)
{
    /* How many words stand before the result.  */
    size_t from = w->directive->type == TYPE_HEADER_PATTERN_ROW ? 2
                  : w->directive->type == TYPE_PATTERN_ROW ? 1 : 0;
    return result(w, from, fault);
}

/* Actions that cannot stand in one line.  */
static const struct {
    struct str one, other;
} conflicts[] = {
    { STR_INIT("mode=normal"), STR_INIT("mode=backoff") },
    { STR_INIT("skip-mx"), STR_INIT("bounce-queue") },
};

/* Actions that only stand behind another one.  */
static const struct {
    struct str action, needs;
} needs[] = {
    { STR_INIT("backoff-to-normal-after="), STR_INIT("mode=backoff") },
    { STR_INIT("reenable-after="), STR_INIT("disable-source-ip") },
};

/* The action agrees with those before it.  */
static bool agrees(const struct word *w, struct str action, struct fault *fault)
{
    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++) {
        struct str a = conflicts[i].one, b = conflicts[i].other;
        struct str other = str_eq(action, a) ? b : str_eq(action, b) ? a : STR("");
        if (other.n && said_before(w, 1, other))
            return fault_at(fault, 0, 0, "%s and %s exclude each other", show(action).text,
                            show(other).text);
    }
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if (!str_eq(action, needs[i].action))
            continue;
        if (!said_before(w, 1, needs[i].needs))
            return fault_at(fault, 0, 0, "%s needs %s before it", show(w->text).text,
                            show(needs[i].needs).text);
        if (said_before(w, 1, action))
            return fault_at(fault, 0, 0, "`%s` stands twice", show(action).text);
    }
    return true;
}

bool word_action(const struct word *w, struct fault *fault)
{
    struct str rest = param_words(w->directive), action;
    int since;

    while (param_next(&rest, &action, &since)) {
        bool timed = str_ends(action, STR("="));
        if (timed ? !str_starts(w->text, action) : !str_eq(w->text, action))
            continue;
        if (w->version < since)
            return fault_at(fault, 0, 0, "`%s` exists from PowerMTA %d.%d on", show(action).text,
                            since / 100, since % 100);
        struct str time = str_sub(w->text, action.n, w->text.n);
        uint64_t seconds;
        if (timed && !str_eq(time, STR("never")) && !value_duration(time, &seconds, fault))
            return fault_shift(fault, action.n, time.n);
        return agrees(w, action, fault);
    }
    if (str_starts(w->text, STR("mode=")))
        return fault_at(fault, 0, 0, "`%s` is not mode=normal or mode=backoff", show(w->text).text);
    return fault_at(fault, 0, 0, "`%s` is not an action", show(w->text).text);
}

bool word_category(const struct word *w, struct fault *fault)
{
    return word_name(w, fault);
}

/* The name of a field: letters, digits and what a header's name adds behind "header_".  */
static bool field_name(struct str s, size_t skip, struct fault *fault)
{
    bool header = str_starts(str_sub(s, skip, s.n), STR("header_"));

    if (s.n == skip || (header && s.n == skip + 7))
        return fault_at(fault, 0, 0, "the name of a %s is missing", header ? "header" : "field");
    for (size_t i = skip; i < s.n; i++) {
        char c = s.p[i];
        if (is_alnum(c) || c == '_' || (header && c > ' ' && c < 0x7f && c != ':' && c != '"'))
            continue;
        return fault_at(fault, i, i + 1, "`%s` may not stand in the name of a field",
                        show(str_sub(s, i, 1)).text);
    }
    return true;
}

bool word_field(const struct word *w, struct fault *fault)
{
    if (str_eq(w->text, STR("*")))
        return true;
    return field_name(w->text, str_starts(w->text, STR("!")), fault);
}

bool word_field_name(const struct word *w, struct fault *fault)
{
    return field_name(w->text, 0, fault);
}

bool word_header_field(const struct word *w, struct fault *fault)
{
    if (!str_starts(w->text, STR("header_")))
        return fault_at(fault, 0, 0, "`%s` is not header_NAME", show(w->text).text);
    return field_name(w->text, 0, fault);
}
