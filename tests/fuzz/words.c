/* words.c - prints a dictionary for fuzz engines: the words of the tables, and pieces of syntax. */

#include <config.h>

#include <stdio.h>
#include <string.h>

/* What stands in no table.  */
static const char *const pieces[] = {
    " {\n",
    "}\n",
    ";",
    ", ",
    "|",
    " | ",
    "{1..4}",
    "{04..01}",
    "${v}",
    "${host}",
    "$${v}",
    "let v = ",
    "env:P",
    "file:p",
    "# pmtac: allow ",
    "\n#= a.topo\n",
    "10.0.0.0/8",
    "0/0",
    "192.0.2.1",
    "203.0.113.",
    "[::1]:587",
    "0.0.0.0:25",
    ":587",
    "a.example",
    "*.example",
    "[*.]a.example",
    "$m",
    "a@b.example",
    "/x/ ",
    "//",
    "\\",
    "\"",
    "\"a b\"",
    "\r\n",
    "\t",
    "\xef\xbb\xbf",
    "\xc2\xa0",
    "\xff",
    "50/d,100/d",
    "100/15m",
    "4d12h",
    "25M",
    "unlimited",
    "include *.topo\n",
    "include a.topo\n",
    "/(a|b)[c-e]+$/",
    "/.*/",
    "@a\\.example",
    ">?$",
    "(?i)",
    "(?:",
    "(?=",
    "[[:alpha:]]",
    "{2,3}",
    "\\x23",
    "\\Q",
    "\\b",
    "call-to:",
    "/ virtual-mta=v",
    "/ pattern-list {\n",
    "powermta 4.0\n",
    "powermta 4.5\n",
    "host h{1..2} { let v = {1..2} }\n",
    "<",
    "</",
    ">\n",
    "> ",
    " source=",
    " tls=yes",
    "<pattern-list>\n",
    "$a.$b",
    "{auth}",
    "{default}",
    "|/bin/x y",
    "{vault}:/v1/a:b",
    "\\\"",
};

static void put(const char *word, const char *behind)
{
    if (!*word)
        return;
    putchar('"');
    for (const char *p = word; *p || *behind; p++) {
        if (!*p) {
            p = behind;
            behind = "";
        }
        unsigned char c = (unsigned char)*p;
        if (c < ' ' || c > '~' || c == '"' || c == '\\')
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    puts("\"");
}

static void put_pieces(void)
{
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        put(pieces[i], "");
}

static void put_language(void)
{
#define KIND(ID, WORD, ...) put(WORD, " ");
#define READING(WORD, ...) put(WORD, " ");
#define STATEMENT(WORD, ...) put(WORD, " ");
#define ATTR(OF, WORD, ...) put(WORD, " ");
#include "../../grammar/kinds.def"
#undef KIND
#undef READING
#undef STATEMENT
#undef ATTR
}

static void put_target(void)
{
#define DIRECTIVE(NAME, ...) put(NAME, " ");
#include "../../grammar/directives.def"
#undef DIRECTIVE
#define SECTION(ID, TAG, ...) put(TAG, " "), put("<" TAG, " "), put("</" TAG, ">\n");
#include "../../grammar/sections.def"
#undef SECTION
#define LOWER_GROUP(ID)
#define LOWER(GROUP, TARGET, VALUE, LOST) put(VALUE, "");
#include "../../grammar/lower.def"
#undef LOWER_GROUP
#undef LOWER
#define RESERVED(NAME) put(NAME, "");
#include "../../grammar/reserved.def"
#undef RESERVED
}

static void put_rest(void)
{
#define TLS_WORD(ID, WORD, ...) put(WORD, "");
#include "../../grammar/tls.def"
#undef TLS_WORD
#define PROVIDER(DOMAIN, WHOSE, QUEUE) put(DOMAIN, ""), put(QUEUE, "");
#include "../../grammar/providers.def"
#undef PROVIDER
#define FOREIGN(NAME, INSTEAD) put(NAME, " ");
#include "../../grammar/foreign.def"
#undef FOREIGN
#define ACTION(ID, TEXT) put(TEXT, "");
#include "../../grammar/actions.def"
#undef ACTION
#define WEAKNESS(WORD, ...) put(WORD, ":");
#define SELECT(WORD, ...) put(WORD, ":");
#define CIPHER(SUITE, ...) put(SUITE, ":");
#include "../../grammar/ciphers.def"
#undef WEAKNESS
#undef SELECT
#undef CIPHER
#define CHECK(ID, NAME, ...) put(NAME, " ");
#include "../../grammar/checks.def"
#undef CHECK
#define SHAPE(...)
#define OPTION(ID, WORD, ...) put(WORD, " ");
#define FIELD(ID, WORD) put("${" WORD, "}");
#define MADE(...)
#include "../../grammar/legacy.def"
#undef SHAPE
#undef OPTION
#undef FIELD
#undef MADE
}

int main(void)
{
    put_pieces();
    put_language();
    put_target();
    put_rest();
    return fflush(stdout) != 0;
}
