#include <config.h>

#include "value.h"

#include <inttypes.h>

#include "value-fault.h"

/* A hundred years, more than any timer of a mail server: what is above is a slip.  */
static const uint64_t LONGEST = UINT64_C(36525) * 86400;

struct unit {
    struct str name;
    uint64_t seconds;
};

/* The units of a duration.  */
static const struct unit duration_units[] = {
    { STR_INIT("w"), 604800 },
    { STR_INIT("d"), 86400 },
    { STR_INIT("h"), 3600 },
    { STR_INIT("m"), 60 },
    { STR_INIT("s"), 1 },
};

/* The units of a rate.  */
static const struct unit rate_units[] = {
    { STR_INIT("d"), 86400 }, { STR_INIT("day"), 86400 },
    { STR_INIT("h"), 3600 },  { STR_INIT("hr"), 3600 },
    { STR_INIT("m"), 60 },    { STR_INIT("min"), 60 },
    { STR_INIT("s"), 1 },     { STR_INIT("sec"), 1 },
};

/* What people write for a unit, and the letter that was meant.  "M" is not here: it may as well
   mean a month or a million.  */
static const struct {
    struct str name;
    char letter;
} near_units[] = {
    { STR_INIT("hour"), 'h' },   { STR_INIT("hours"), 'h' },   { STR_INIT("hr"), 'h' },
    { STR_INIT("hrs"), 'h' },    { STR_INIT("minute"), 'm' },  { STR_INIT("minutes"), 'm' },
    { STR_INIT("min"), 'm' },    { STR_INIT("mins"), 'm' },    { STR_INIT("second"), 's' },
    { STR_INIT("seconds"), 's' },{ STR_INIT("sec"), 's' },     { STR_INIT("secs"), 's' },
    { STR_INIT("day"), 'd' },    { STR_INIT("days"), 'd' },    { STR_INIT("h"), 'h' },
    { STR_INIT("d"), 'd' },      { STR_INIT("s"), 's' },
};

bool value_digits(struct str s, size_t *at, uint64_t max, uint64_t *number, struct fault *fault)
{
    size_t first = *at, i = first;
    bool above = false;

    for (*number = 0; i < s.n && is_digit(s.p[i]); i++) {
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (*number > max / 10 || digit > max - *number * 10)
            above = true;
        if (!above)
            *number = *number * 10 + digit;
    }
    struct str digits = str_sub(s, first, i - first);
    if (digits.n == 0)
        return fault_at(fault, first, s.n, "a number is missing");
    if (digits.n > 1 && digits.p[0] == '0') {
        struct str rest = digits;
        while (rest.n > 1 && rest.p[0] == '0')
            rest = str_sub(rest, 1, rest.n);
        return fault_at(fault, first, i, "`%s` has a leading zero; write %s", show(digits).text,
                        show(rest).text);
    }
    if (above)
        return fault_at(fault, first, i, "%s is above %" PRIu64, show(digits).text, max);
    *at = i;
    return true;
}

bool value_int(struct str s, uint64_t min, uint64_t max, uint64_t *number, struct fault *fault)
{
    size_t at = 0;

    if (s.n == 0)
        return fault_at(fault, 0, 0, "a number is missing");
    if (s.p[0] == '-' || s.p[0] == '+')
        return fault_at(fault, 0, 1, "a number has no sign");
    while (at < s.n && is_digit(s.p[at]))
        at++;
    if (at < s.n && at > 0 && s.p[at] == '.')
        return fault_at(fault, at, s.n, "`%s` is not a whole number", show(s).text);
    if (at < s.n && at == 0)
        return fault_at(fault, 0, 0, "`%s` is not a number", show(s).text);
    if (at < s.n)
        return fault_at(fault, at, s.n, "`%s` behind the digits does not belong to a number",
                        show(str_sub(s, at, s.n)).text);
    at = 0;
    if (!value_digits(s, &at, max, number, fault)) {
        size_t zeros = 0;
        while (zeros + 1 < s.n && s.p[zeros] == '0')
            zeros++;
        struct str fix = str_sub(s, zeros, s.n);
        struct fault unused;
        if (zeros && value_int(fix, min, max, number, &unused))
            fault_fix_str(fault, fix);
        return false;
    }
    if (*number < min)
        return fault_at(fault, 0, 0, "%" PRIu64 " is below %" PRIu64, *number, min);
    return true;
}

bool value_bool(struct str s, bool *truth, struct fault *fault)
{
    static const struct {
        struct str name;
        bool truth, exact;
    } words[] = {
        { STR_INIT("yes"), true, true },    { STR_INIT("true"), true, true },
        { STR_INIT("no"), false, true },    { STR_INIT("false"), false, true },
        { STR_INIT("on"), true, false },    { STR_INIT("off"), false, false },
        { STR_INIT("1"), true, false },     { STR_INIT("0"), false, false },
        { STR_INIT("enabled"), true, false }, { STR_INIT("disabled"), false, false },
    };

    if (s.n == 0)
        return fault_at(fault, 0, 0, "yes or no is missing");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_ieq(s, words[i].name))
            continue;
        *truth = words[i].truth;
        if (words[i].exact)
            return true;
        const char *word = *truth ? "yes" : "no";
        fault_at(fault, 0, 0, "`%s` is not yes, no, true or false; write %s", show(s).text, word);
        return fault_fix(fault, "%s", word);
    }
    return fault_at(fault, 0, 0, "`%s` is not yes, no, true or false", show(s).text);
}

/* The run of letters at 'at'.  */
static struct str letters_at(struct str s, size_t at)
{
    size_t end = at;
    while (end < s.n && is_alpha(s.p[end]))
        end++;
    return str_sub(s, at, end - at);
}

static const struct unit *find_unit(const struct unit *units, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(units[i].name, name))
            return &units[i];
    return NULL;
}

/* The unit at 'at' is none: says so, and which one was meant where that is certain.  'whole' is
   set when nothing but one piece stands in the text.  */
static bool bad_unit(struct str s, size_t at, const char *allowed, bool whole, struct fault *fault)
{
    struct str unit = letters_at(s, at);

    if (unit.n == 0 && at < s.n && s.p[at] == '.')
        return fault_at(fault, at, s.n, "only whole numbers can be written");
    if (at + unit.n < s.n && !is_digit(s.p[at + unit.n]))
        return fault_at(fault, at, s.n, "`%s` is not a unit of time; %s",
                        show(str_sub(s, at, s.n)).text, allowed);
    for (size_t i = 0; i < sizeof near_units / sizeof *near_units; i++) {
        if (!str_ieq(unit, near_units[i].name))
            continue;
        struct str before = str_sub(s, 0, at);
        fault_at(fault, at, at + unit.n, "`%s` is not a unit of time here; write %s%c",
                 show(unit).text, show(before).text, near_units[i].letter);
        if (whole && at + unit.n == s.n && before.n < SIZE_MAX)
            fault_fix(fault, "%s%c", show(before).text, near_units[i].letter);
        return false;
    }
    return fault_at(fault, at, at + unit.n, "`%s` is not a unit of time; %s", show(unit).text,
                    allowed);
}

bool value_duration(struct str s, uint64_t *seconds, struct fault *fault)
{
    static const char allowed[] = "w, d, h, m and s are";
    size_t at = 0;

    if (s.n == 0)
        return fault_at(fault, 0, 0, "a duration is missing");
    for (*seconds = 0; at < s.n;) {
        size_t first = at;
        uint64_t number;

        if (!is_digit(s.p[at]))
            return fault_at(fault, at, s.n, "`%s` does not begin with a number; a duration is "
                            "written like 4d12h", show(str_sub(s, at, s.n)).text);
        if (!value_digits(s, &at, LONGEST, &number, fault))
            return false;
        if (at == s.n && s.n == 1 && number == 0) {
            fault_at(fault, 0, 0, "0 has no unit; write 0s");
            return fault_fix(fault, "0s");
        }
        if (at == s.n)
            return fault_at(fault, first, at, "`%s` has no unit; %s units of time",
                            show(str_sub(s, first, at - first)).text, allowed);
        struct str name = letters_at(s, at);
        const struct unit *unit = find_unit(duration_units, 5, name);
        if (!unit)
            return bad_unit(s, at, allowed, first == 0, fault);
        if (number > (LONGEST - *seconds) / unit->seconds)
            return fault_at(fault, first, at + name.n, "the duration is longer than 100 years");
        *seconds += number * unit->seconds;
        at += name.n;
    }
    return true;
}

/* The power of two of a size suffix, or -1.  */
static int suffix_shift(char c)
{
    switch (to_lower(c)) {
    case 'b': return 0;
    case 'k': return 10;
    case 'm': return 20;
    case 'g': return 30;
    case 't': return 40;
    default: return -1;
    }
}

/* The size that begins at '*at', behind which '*at' is put.  */
static bool size_at(struct str s, size_t *at, uint64_t *bytes, bool *bare, struct fault *fault)
{
    size_t first = *at;

    if (!value_digits(s, at, INT64_MAX, bytes, fault))
        return false;
    int shift = *at < s.n ? suffix_shift(s.p[*at]) : -1;
    *bare = shift < 0;
    if (*bare)
        return true;
    ++*at;
    if (*bytes > (uint64_t)INT64_MAX >> shift)
        return fault_at(fault, first, *at, "%s is more bytes than can be counted",
                        show(str_sub(s, first, *at - first)).text);
    *bytes <<= shift;
    return true;
}

bool value_size(struct str s, uint64_t *bytes, bool *bare, struct fault *fault)
{
    size_t at = 0;

    if (s.n == 0)
        return fault_at(fault, 0, 0, "a size is missing");
    if (!is_digit(s.p[0]))
        return fault_at(fault, 0, 0, "`%s` does not begin with a number; a size is written like "
                        "25M", show(s).text);
    if (!size_at(s, &at, bytes, bare, fault))
        return false;
    if (at == s.n)
        return true;
    struct str rest = str_sub(s, at, s.n);
    if (!*bare && str_ieq(rest, STR("b"))) {
        fault_at(fault, at, s.n, "a size suffix is one letter; write %s",
                 show(str_sub(s, 0, at)).text);
        return fault_fix_str(fault, str_sub(s, 0, at));
    }
    if (rest.p[0] == '.')
        return fault_at(fault, at, s.n, "only whole numbers can be written");
    return fault_at(fault, at, s.n, "`%s` is not a size suffix; b, k, m, g and t are",
                    show(rest).text);
}

/* The interval behind the slash of a rate, which is to end the text.  */
static bool interval_at(struct str s, size_t at, uint64_t *seconds, bool *multiple,
                        struct fault *fault)
{
    static const char allowed[] = "d, h, m and s are";
    size_t first = at;
    uint64_t times = 1;

    *multiple = at < s.n && is_digit(s.p[at]);
    if (*multiple && !value_digits(s, &at, LONGEST, &times, fault))
        return false;
    if (*multiple && times == 0)
        return fault_at(fault, first, at, "the interval of a rate must not be zero");
    if (at == s.n)
        return fault_at(fault, first, s.n, "the unit of time is missing; %s", allowed);
    struct str name = str_sub(s, at, s.n);
    const struct unit *unit = find_unit(rate_units, 8, name);
    if (!unit && str_eq(name, STR("M"))) {
        struct shown before = show(str_sub(s, 0, at));
        return fault_at(fault, at, s.n, "M is not a unit of time: write %sm or %smin", before.text,
                        before.text);
    }
    if (!unit)
        return bad_unit(s, at, allowed, true, fault);
    if (times > LONGEST / unit->seconds)
        return fault_at(fault, first, s.n, "the interval is longer than 100 years");
    *seconds = times * unit->seconds;
    return true;
}

static bool rate_of(struct str s, bool data, uint64_t *count, uint64_t *seconds, bool *multiple,
                    struct fault *fault)
{
    const char *example = data ? "10g/2h" : "500/h";
    size_t at = 0;
    bool bare;

    if (s.n == 0)
        return fault_at(fault, 0, 0, "a rate is missing");
    if (!is_digit(s.p[0]))
        return fault_at(fault, 0, 0, "`%s` does not begin with a number; a rate is written like %s",
                        show(s).text, example);
    if (data ? !size_at(s, &at, count, &bare, fault)
             : !value_digits(s, &at, INT64_MAX, count, fault))
        return false;
    if (at == s.n)
        return fault_at(fault, 0, 0, "`%s` has no interval; a rate is written like %s",
                        show(s).text, example);
    if (s.p[at] != '/')
        return fault_at(fault, at, s.n, "`%s` stands where the slash of a rate belongs",
                        show(str_sub(s, at, s.n)).text);
    if (*count == 0)
        return fault_at(fault, 0, at, "the number of a rate must not be zero");
    return interval_at(s, at + 1, seconds, multiple, fault);
}

bool value_rate(struct str s, uint64_t *count, uint64_t *seconds, bool *multiple,
                struct fault *fault)
{
    return rate_of(s, false, count, seconds, multiple, fault);
}

bool value_datarate(struct str s, uint64_t *bytes, uint64_t *seconds, bool *multiple,
                    struct fault *fault)
{
    return rate_of(s, true, bytes, seconds, multiple, fault);
}
