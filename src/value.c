#include <config.h>

#include "value.h"

#include <stdarg.h>
#include <stdio.h>

#include "value-fault.h"

enum { SHOWN_MAX = 40, NAME_MAX_SIZE = 64 };

size_t utf8_at(struct str s, size_t at, uint32_t *code)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char c = (unsigned char)s.p[at];
    size_t n = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

    if (n == 0 || n > s.n - at)
        return 0;
    *code = n == 1 ? c : c & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        unsigned char next = (unsigned char)s.p[at + i];
        if ((next & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (next & 0x3f);
    }
    /* Overlong forms, surrogates and what is beyond Unicode (RFC 3629).  */
    if (*code < least[n] || (*code >= 0xd800 && *code < 0xe000) || *code > 0x10ffff)
        return 0;
    return n;
}

struct str char_at(struct str s, size_t at)
{
    uint32_t code;
    size_t n = utf8_at(s, at, &code);
    return str_sub(s, at, n ? n : 1);
}

struct shown show(struct str s)
{
    struct shown out = { "" };
    size_t n = 0;

    for (size_t at = 0; at < s.n;) {
        uint32_t code = 0;
        size_t size = utf8_at(s, at, &code);
        bool plain = size && code >= 0x20 && code != 0x7f && (code < 0x80 || code >= 0xa0);

        if (n + (plain ? size : 4) > SHOWN_MAX) {
            memcpy(out.text + n, "...", 4);
            return out;
        }
        if (plain) {
            memcpy(out.text + n, s.p + at, size);
            n += size;
        } else {
            n += (size_t)snprintf(out.text + n, sizeof out.text - n, "\\x%02x",
                                  (unsigned)(unsigned char)s.p[at]);
            size = 1;
        }
        at += size;
    }
    return out;
}

bool fault_at(struct fault *fault, size_t lo, size_t hi, const char *format, ...)
{
    va_list args;

    *fault = (struct fault){ .lo = lo, .hi = hi };
    va_start(args, format);
    vsnprintf(fault->why, sizeof fault->why, format, args);
    va_end(args);
    return false;
}

bool fault_fix(struct fault *fault, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(fault->fix, sizeof fault->fix, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof fault->fix)
        fault->fix[0] = '\0';
    return false;
}

bool fault_fix_str(struct fault *fault, struct str s)
{
    if (s.n >= sizeof fault->fix)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    if (s.n)
        memcpy(fault->fix, s.p, s.n);
    fault->fix[s.n] = '\0';
    return false;
}

bool fault_shift(struct fault *fault, size_t offset, size_t size)
{
    if (fault->lo == 0 && fault->hi == 0)
        fault->hi = size;
    fault->lo += offset;
    fault->hi += offset;
    fault->fix[0] = '\0';
    return false;
}

bool value_name(struct str s, bool user, struct fault *fault)
{
    if (s.n == 0)
        return fault_at(fault, 0, 0, "a name is empty");
    if (s.n > NAME_MAX_SIZE)
        return fault_at(fault, 0, 0, "a name has at most %d bytes, this one %zu", NAME_MAX_SIZE,
                        s.n);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_alnum(c) || c == '.' || c == '_' || c == '-' || (user && (c == '@' || c == '+')))
            continue;
        struct str wrong = char_at(s, i);
        return fault_at(fault, i, i + wrong.n, "`%s` may not stand in a name; letters, digits, "
                        "%s may", show(wrong).text,
                        user ? "`.`, `_`, `-`, `@` and `+`" : "`.`, `_` and `-`");
    }
    return true;
}
