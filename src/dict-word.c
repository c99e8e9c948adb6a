#include <config.h>

#include "dict-word.h"

#include <inttypes.h>

#include "value-fault.h"

/* What a 32-bit counter holds; the manual names no bound of its own.  */
static const uint64_t INT_LIMIT = UINT32_MAX;

static const char wrong_version[] = "exists from PowerMTA";

void param_range(const struct directive *directive, struct str *low, struct str *high)
{
    struct str first = str_of(directive->param);
    size_t dots = 0;

    first = str_sub(first, 0, str_find(first, '|'));
    while (dots + 1 < first.n && !(first.p[dots] == '.' && first.p[dots + 1] == '.'))
        dots++;
    bool none = dots + 1 >= first.n;
    *low = none ? STR("") : str_sub(first, 0, dots);
    *high = none ? STR("") : str_sub(first, dots + 2, first.n);
}

struct str param_words(const struct directive *directive)
{
    struct str param = str_of(directive->param), low, high;

    param_range(directive, &low, &high);
    if (low.n + high.n == 0)
        return param;
    return str_sub(param, str_find(param, '|') + 1, param.n);
}

bool param_next(struct str *rest, struct str *word, int *since)
{
    if (rest->n == 0)
        return false;
    size_t bar = str_find(*rest, '|');
    *word = str_sub(*rest, 0, bar);
    *rest = str_sub(*rest, bar + 1, rest->n);
    *since = 0;

    size_t at = str_find(*word, '@');
    if (at + 3 < word->n)
        *since = (word->p[at + 1] - '0') * 100 + (word->p[at + 3] - '0');
    *word = str_sub(*word, 0, at);
    return true;
}

bool param_has(const struct directive *directive, struct str word)
{
    struct str rest = param_words(directive), one;
    int since;

    while (param_next(&rest, &one, &since))
        if (str_ieq(one, word))
            return true;
    return false;
}

/* The word is one that PARAM allows under the version; says so in 'fault' where it is one of a
   later version.  */
static bool is_allowed(const struct word *w, struct fault *fault, bool *later)
{
    struct str rest = param_words(w->directive), one;
    int since;

    *later = false;
    while (param_next(&rest, &one, &since)) {
        if (!str_ieq(one, w->text) || str_eq(one, STR("empty")))
            continue;
        if (w->version >= since)
            return true;
        *later = true;
        return fault_at(fault, 0, 0, "`%s` %s %d.%d on", show(w->text).text, wrong_version,
                        since / 100, since % 100);
    }
    return false;
}

bool word_enum(const struct word *w, struct fault *fault)
{
    struct str rest = param_words(w->directive), one;
    char list[120];
    size_t n = 0;
    bool later;
    int since;

    if (is_allowed(w, fault, &later))
        return true;
    if (later)
        return false;
    while (param_next(&rest, &one, &since)) {
        if (str_eq(one, STR("empty")))
            continue;
        if (n + one.n + 13 > sizeof list) {
            memcpy(list + n, " and others", 11);
            n += 11;
            break;
        }
        memcpy(list + n, ", ", n ? 2 : 0);
        n += n ? 2 : 0;
        memcpy(list + n, one.p, one.n);
        n += one.n;
    }
    return fault_at(fault, 0, 0, "`%s` is not one of %.*s", show(w->text).text, (int)n, list);
}

bool word_bool(const struct word *w, struct fault *fault)
{
    bool truth, later;

    if (is_allowed(w, fault, &later))
        return true;
    return !later && value_bool(w->text, &truth, fault);
}

/* The ends of a range as numbers.  */
static uint64_t bound(struct str end, uint64_t otherwise)
{
    uint64_t number;
    struct fault unused;
    return end.n && value_int(end, 0, UINT64_MAX, &number, &unused) ? number : otherwise;
}

bool word_int(const struct word *w, struct fault *fault)
{
    struct str low, high;
    uint64_t number;
    bool later;

    if (is_allowed(w, fault, &later))
        return true;
    param_range(w->directive, &low, &high);
    return value_int(w->text, bound(low, 0), bound(high, INT_LIMIT), &number, fault);
}

bool word_port(const struct word *w, struct fault *fault)
{
    struct str low, high;
    uint64_t number;

    param_range(w->directive, &low, &high);
    if (value_int(w->text, bound(low, 1), bound(high, 65535), &number, fault))
        return true;
    struct fault inner = *fault;
    if (is_digit(inner.why[0]))
        fault_at(fault, inner.lo, inner.hi, "port %s", inner.why);
    return false;
}

bool word_duration(const struct word *w, struct fault *fault)
{
    struct str low, high;
    uint64_t seconds, least = 0, most = UINT64_MAX;
    struct fault unused;

    /* Lists of intervals came with 4.5.  */
    if (w->at > 0 && w->version < PMTA_4_5)
        return fault_at(fault, 0, 0, "a list of durations %s 4.5 on", wrong_version);
    if (!value_duration(w->text, &seconds, fault))
        return false;
    param_range(w->directive, &low, &high);
    if (low.n && value_duration(low, &least, &unused) && seconds < least)
        return fault_at(fault, 0, 0, "%s is below %s", show(w->text).text, show(low).text);
    if (high.n && value_duration(high, &most, &unused) && seconds > most)
        return fault_at(fault, 0, 0, "%s is above %s", show(w->text).text, show(high).text);
    return true;
}

bool word_duration_or_never(const struct word *w, struct fault *fault)
{
    return str_ieq(w->text, STR("never")) || word_duration(w, fault);
}

bool word_bool_or_duration(const struct word *w, struct fault *fault)
{
    uint64_t seconds;
    bool truth;

    if (str_ieq(w->text, STR("never")) || (w->text.n && is_digit(w->text.p[0]) && w->text.n > 1)) {
        if (w->version < PMTA_4_5)
            return fault_at(fault, 0, 0, "a duration here %s 4.5 on; before, it is yes or no",
                            wrong_version);
        return str_ieq(w->text, STR("never")) || value_duration(w->text, &seconds, fault);
    }
    return value_bool(w->text, &truth, fault);
}

bool word_days_or_never(const struct word *w, struct fault *fault)
{
    struct str number = str_sub(w->text, 0, w->text.n - 1);
    uint64_t value;
    struct fault unused;

    if (str_ieq(w->text, STR("never")))
        return true;
    if (w->text.n && !str_ends(w->text, STR("d"))) {
        fault_at(fault, 0, 0, "`%s` is not a number of days like 8d", show(w->text).text);
        if (value_duration(w->text, &value, &unused) && value % 86400 == 0)
            fault_fix(fault, "%" PRIu64 "d", value / 86400);
        return false;
    }
    return value_int(number, 0, 36525, &value, fault);
}

bool word_size(const struct word *w, struct fault *fault)
{
    struct str low, high;
    uint64_t bytes, least;
    bool bare, later;
    struct fault unused;

    if (is_allowed(w, fault, &later) && !str_ieq(w->text, STR("bare")))
        return true;
    if (!value_size(w->text, &bytes, &bare, fault))
        return false;
    if (bare && !param_has(w->directive, STR("bare")))
        return fault_at(fault, 0, 0, "`%s` has no suffix; b, k, m, g or t belongs behind it",
                        show(w->text).text);
    param_range(w->directive, &low, &high);
    if (low.n && value_size(low, &least, &bare, &unused) && bytes < least)
        return fault_at(fault, 0, 0, "%s is below %s", show(w->text).text, show(low).text);
    return true;
}

/* A rate of messages or of data; 'unlimited' and 0 stand for no limit.  */
static bool rate(const struct word *w, bool data, struct fault *fault)
{
    uint64_t count, seconds;
    bool multiple;

    if (str_ieq(w->text, STR("unlimited")) || str_eq(w->text, STR("0")))
        return true;
    if (data ? !value_datarate(w->text, &count, &seconds, &multiple, fault)
             : !value_rate(w->text, &count, &seconds, &multiple, fault))
        return false;
    if (multiple && w->version < PMTA_5_0) {
        size_t slash = str_find(w->text, '/');
        struct str interval = str_sub(w->text, slash + 1, w->text.n);
        return fault_at(fault, slash + 1, w->text.n, "an interval of several units, `%s`, %s 5.0 "
                        "on", show(interval).text, wrong_version);
    }
    return true;
}

bool word_rate(const struct word *w, struct fault *fault)
{
    return rate(w, false, fault);
}

bool word_datarate(const struct word *w, struct fault *fault)
{
    return rate(w, true, fault);
}

bool word_daily(const struct word *w, struct fault *fault)
{
    size_t slash = str_find(w->text, '/');
    struct str number = str_sub(w->text, 0, slash), unit = str_sub(w->text, slash + 1, w->text.n);
    uint64_t count;

    if (!value_int(number, 0, INT64_MAX, &count, fault))
        return fault_shift(fault, 0, number.n);
    if (slash == w->text.n) {
        fault_at(fault, 0, 0, "`%s` has no unit; write %s/d", show(number).text, show(number).text);
        return fault_fix(fault, "%s/d", show(number).text);
    }
    if (!str_eq(unit, STR("d")) && !str_eq(unit, STR("day")))
        return fault_at(fault, slash + 1, w->text.n, "`%s` is not a unit here; only d and day are",
                        show(unit).text);
    return true;
}

bool word_text(const struct word *w, struct fault *fault)
{
    return w->text.n ? true : fault_at(fault, 0, 0, "the text is empty");
}

/* A key whose characters 'is_right' and whose number of them is in the range of PARAM.  */
static bool key(const struct word *w, bool hex, struct fault *fault)
{
    struct str low, high;

    for (size_t i = 0; i < w->text.n; i++) {
        char c = to_lower(w->text.p[i]);
        if (hex ? is_digit(c) || (c >= 'a' && c <= 'f') : is_alnum(c) || c == '_')
            continue;
        return fault_at(fault, i, i + 1, "`%s` may not stand in the key, only %s may",
                        show(str_sub(w->text, i, 1)).text,
                        hex ? "hexadecimal digits" : "letters, digits and `_`");
    }
    param_range(w->directive, &low, &high);
    if (w->text.n < bound(low, 1))
        return fault_at(fault, 0, 0, "the key has %zu characters, fewer than %" PRIu64, w->text.n,
                        bound(low, 1));
    if (w->text.n > bound(high, UINT64_MAX))
        return fault_at(fault, 0, 0, "the key has %zu characters, more than %" PRIu64, w->text.n,
                        bound(high, UINT64_MAX));
    return true;
}

bool word_api_key(const struct word *w, struct fault *fault)
{
    return key(w, false, fault);
}

bool word_hex_key(const struct word *w, struct fault *fault)
{
    return key(w, true, fault);
}

bool word_privacy_key(const struct word *w, struct fault *fault)
{
    struct str method = w->args[0].text;

    if (str_ieq(method, STR("retain")) || str_ieq(method, STR("redact")))
        return fault_at(fault, 0, 0, "`%s` takes no key", show(method).text);
    return str_ends(method, STR("hexkey")) ? key(w, true, fault) : word_text(w, fault);
}
