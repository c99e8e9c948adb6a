#include <config.h>

#include "report.h"

#include "coverage-table.h"

enum { COLUMNS = 4, SHOWN = 6 };

static const struct {
    const char *word, *text;
} whys[N_WHYS] = {
#define WHY(ID, WORD, TEXT) [WHY_##ID] = { WORD, TEXT },
#include "../grammar/coverage.def"
#undef WHY
};

/* Text */

struct writer {
    struct report_table table;
    struct arena *arena;
};

static void add_item(struct buf *text, const char *kind, struct str name)
{
    buf_text(text, text->n ? ", " : "");
    buf_text(text, kind);
    diag_escape(text, name);
}

/* The first pools and VMTAs, and how many there are.  */
static struct str names_text(struct arena *arena, const struct table_row *r)
{
    struct buf text = { .arena = arena };
    size_t room = SHOWN;
    for (size_t i = 0; i < r->pools.n && room; i++, room--)
        add_item(&text, "pool ", r->pools.v[i]);
    for (size_t i = 0; i < r->vmtas.n && room; i++, room--)
        add_item(&text, "", r->vmtas.v[i]);
    if (r->left || r->pools.n + r->vmtas.n > SHOWN)
        buf_printf(&text, ", ... (%zu vmtas in all)", r->n);
    return buf_str(&text);
}

static void add_note(struct buf *text, const char *what, struct str name)
{
    buf_text(text, text->n ? "; " : "");
    buf_text(text, what);
    diag_escape(text, name);
}

/* The key file, or why there is none, and what else there is to say.  */
static struct str key_text(struct arena *arena, struct str domain, const struct table_row *r)
{
    const struct sign_key *key = r->verdict.key;
    struct buf text = { .arena = arena };
    diag_escape(&text, key ? key->key->what->file.text : str_of(whys[r->verdict.why].text));
    if (key && !str_ieq(key->domain, domain))
        add_note(&text, "a key for ", key->domain);
    if (key && r->verdict.asked)
        add_note(&text, "if the message asks for it", STR(""));
    for (size_t i = 0; i < r->to.n; i++) {
        buf_text(&text, i ? ", " : text.n ? "; to " : "to ");
        diag_escape(&text, r->to.v[i]);
    }
    if (r->to_left)
        buf_printf(&text, ", ... (%zu destinations in all)", r->to.n + r->to_left);
    return buf_str(&text);
}

static struct str selector_text(const struct table_row *r)
{
    if (r->verdict.key)
        return r->verdict.key->key->what->selector.text;
    return r->verdict.why == WHY_untold ? STR("...") : STR("none");
}

static void write_domain(void *context, struct str domain, const table_rows *rows)
{
    struct writer *w = context;
    for (size_t i = 0; i < rows->n; i++) {
        const struct table_row *r = &rows->v[i];
        struct str *cells = NEW_ARRAY(w->arena, struct str, COLUMNS);
        cells[0] = i ? STR("") : coverage_is_any(domain) ? STR("any other") : domain;
        cells[1] = names_text(w->arena, r);
        cells[2] = selector_text(r);
        cells[3] = key_text(w->arena, domain, r);
        VEC_PUSH(w->arena, &w->table.rows, cells);
    }
}

static void write_host(const struct model *m, struct buf *out)
{
    static const size_t limits[COLUMNS] = { 28, 32, 14, 100 };
    static const struct str head[COLUMNS] = { STR_INIT("DOMAIN"), STR_INIT("LEAVES BY"),
                                              STR_INIT("SELECTOR"), STR_INIT("KEY") };
    struct writer w = { .arena = m->scratch };
    w.table = (struct report_table){ .arena = m->scratch, .n_columns = COLUMNS, .limits = limits };
    VEC_PUSH(m->scratch, &w.table.rows, head);
    coverage_table(m->coverage, write_domain, &w);
    if (m->coverage->n_keys)
        report_table(&w.table, out);
    else
        buf_text(out, "There is no key: nothing is signed.\n");
}

/* JSON */

struct json {
    struct buf *out;
    const char *comma; /* before the next domain */
};

static void put_names(struct buf *out, const char *key, const struct str *names, size_t n)
{
    buf_printf(out, ", \"%s\": [", key);
    for (size_t i = 0; i < n; i++) {
        buf_text(out, i ? ", " : "");
        diag_json_string(out, names[i]);
    }
    buf_char(out, ']');
}

static void put_member(struct buf *out, const char *key, struct str text)
{
    buf_printf(out, ", \"%s\": ", key);
    diag_json_string(out, text);
}

static const char *signed_text(const struct table_row *r)
{
    if (!r->verdict.key)
        return r->verdict.why == WHY_untold ? "null" : "false";
    return r->verdict.asked ? "\"if-asked\"" : "true";
}

static void put_json_row(struct buf *out, const struct table_row *r)
{
    const struct sign_key *key = r->verdict.key;
    buf_printf(out, "{\"signed\": %s", signed_text(r));
    if (key) {
        put_member(out, "selector", key->key->what->selector.text);
        put_member(out, "keyDomain", key->domain);
        put_member(out, "keyFile", key->key->what->file.text);
    } else {
        put_member(out, "why", str_of(whys[r->verdict.why].word));
        put_member(out, "reason", str_of(whys[r->verdict.why].text));
    }
    put_names(out, "to", r->to.v, r->to.n);
    put_names(out, "pools", r->pools.v, r->pools.n);
    put_names(out, "vmtas", r->vmtas.v, r->vmtas.n);
    buf_printf(out, ", \"count\": %zu, \"more\": %zu, \"moreTo\": %zu}", r->n, r->left, r->to_left);
}

static void put_json_domain(void *context, struct str domain, const table_rows *rows)
{
    struct json *json = context;
    buf_printf(json->out, "%s\n          {\"domain\": ", json->comma);
    diag_json_string(json->out, domain);
    buf_text(json->out, ", \"rows\": [");
    for (size_t i = 0; i < rows->n; i++) {
        buf_text(json->out, i ? ",\n            " : "\n            ");
        put_json_row(json->out, &rows->v[i]);
    }
    buf_text(json->out, "]}");
    json->comma = ",";
}

static void put_json_host(const struct model *m, const char *comma, struct buf *out)
{
    struct json json = { out, "" };
    buf_printf(out, "%s\n      {\"host\": ", comma);
    if (m->host.n)
        diag_json_string(out, m->host);
    else
        buf_text(out, "null");
    buf_text(out, ", \"domains\": [");
    coverage_table(m->coverage, put_json_domain, &json);
    buf_text(out, "]}");
}

static void report_json(const struct report *r, struct buf *out)
{
    buf_text(out, ",\n  \"dkim\": {\n    \"hosts\": [");
    for (size_t i = 0; i < r->n; i++)
        put_json_host(r->models[i], i ? "," : "", out);
    buf_text(out, "]\n  }");
}

void report_dkim(const struct report *r, struct buf *out)
{
    if (r->json)
        report_json(r, out);
    for (size_t i = 0; i < r->n && !r->json; i++) {
        report_host(r->models[i], out);
        write_host(r->models[i], out);
    }
}
