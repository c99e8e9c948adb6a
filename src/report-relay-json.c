#include <config.h>

#include "report-relay.h"

/* A member with the prefixes of a set, all of them: programs fold by themselves.  */
static void put_set(struct buf *out, const char *key, struct addrset set)
{
    size_t n;
    char text[56];
    const struct cidr *cidrs = addrset_cidrs(out->arena, set, &n);
    buf_printf(out, "\"%s\": [", key);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s\"%s\"", i ? ", " : "", cidr_text(&cidrs[i], text));
    buf_char(out, ']');
}

static void put_clients(struct buf *out, const struct relay_clients *clients)
{
    put_set(out, "clients", clients->all);
    buf_text(out, ", ");
    put_set(out, "clearText", clients->clear);
}

static void put_logins(struct buf *out, const struct relay *r)
{
    buf_text(out, ",\n        \"logins\": [");
    for (size_t i = 0; i < r->logins.n; i++) {
        buf_text(out, i ? ",\n          {\"users\": [" : "\n          {\"users\": [");
        for (size_t k = 0; k < r->logins.v[i].users.n; k++) {
            buf_text(out, k ? ", " : "");
            diag_json_string(out, r->logins.v[i].users.v[k]->object.name);
        }
        buf_text(out, "]}");
    }
    buf_text(out, r->logins.n ? "\n        ]" : "]");
}

static void put_recipient(struct buf *out, const char *directive, struct str value, bool pattern,
                          bool all, bool first)
{
    buf_printf(out, "%s\n          {\"directive\": \"%s\", \"value\": ", first ? "" : ",",
               directive);
    diag_json_string(out, value);
    buf_printf(out, ", \"pattern\": %s, \"all\": %s}", pattern ? "true" : "false",
               all ? "true" : "false");
}

/* Names of VMTAs stand behind what global lines say; they need no place of their own.  */
static void put_recipients(struct buf *out, const struct relay *r)
{
    struct str *names;
    size_t n = report_host_names(r, &names);
    const char *directive = r->model->target[TARGET_global_host_name]->name;
    buf_text(out, ",\n        \"recipients\": [");
    for (size_t i = 0; i < r->recipients.n; i++) {
        const struct relay_recipient *x = &r->recipients.v[i];
        put_recipient(out, x->dir->name, x->arg->text, x->arg->pattern, x->all, i == 0);
    }
    for (size_t i = 0; i < n; i++)
        put_recipient(out, directive, names[i], false, false, !r->recipients.n && i == 0);
    buf_text(out, r->recipients.n + n ? "\n        ]" : "]");
}

/* What a kind of listener lets clients do.  Logins stand in the order of the host's.  */
static void put_door(struct buf *out, const struct relay *r, const struct relay_door *door)
{
    buf_printf(out, "\n          {\n            \"loopback\": %s,\n            \"implicitTls\": %s",
               relay_is_outside(door) ? "false" : "true", door->implicit ? "true" : "false");
    buf_text(out, ",\n            \"withoutLogin\": {");
    put_clients(out, &door->open);
    buf_text(out, "},\n            \"afterLogin\": [");
    for (size_t i = 0; i < r->logins.n; i++) {
        buf_text(out, i ? ",\n              {" : "\n              {");
        put_clients(out, &door->logins[i]);
        buf_char(out, '}');
    }
    buf_text(out, r->logins.n ? "\n            ]" : "]");
    buf_text(out, ",\n            \"recipients\": {");
    put_set(out, "clients", door->mail);
    buf_text(out, "},\n            \"withoutTls\": {");
    put_set(out, "login", door->bare);
    buf_text(out, ", ");
    put_set(out, "plain", door->plain);
    buf_text(out, "}\n          }");
}

/* A listener names its door, so that many listeners cost no more than their names.  */
static void put_listener(struct buf *out, const struct relay *r, size_t i)
{
    const struct listener *l = r->model->listeners.v[i];
    buf_text(out, "\n          {\"name\": ");
    diag_json_string(out, l->object.name);
    buf_text(out, ", \"endpoints\": [");
    for (const struct endpoint *e = l->endpoints; e; e = e->next) {
        buf_text(out, e == l->endpoints ? "" : ", ");
        diag_json_string(out, e->arg.text);
    }
    buf_printf(out, "], \"door\": %zu}", r->of[i]->number);
}

static void put_host(struct buf *out, const struct relay *r)
{
    const struct model *m = r->model;
    buf_text(out, "\n      {\n        \"host\": ");
    if (m->host.n)
        diag_json_string(out, m->host);
    else
        buf_text(out, "null");
    buf_printf(out, ",\n        \"unseen\": %s",
               m->foreign_names || m->fragment ? "true" : "false");
    put_logins(out, r);
    put_recipients(out, r);
    buf_text(out, ",\n        \"listeners\": [");
    for (size_t i = 0; i < m->listeners.n; i++) {
        buf_text(out, i ? "," : "");
        put_listener(out, r, i);
    }
    buf_text(out,
             m->listeners.n ? "\n        ],\n        \"doors\": [" : "],\n        \"doors\": [");
    for (size_t i = 0; i < r->doors.n; i++) {
        buf_text(out, i ? "," : "");
        put_door(out, r, r->doors.v[i]);
    }
    buf_text(out, r->doors.n ? "\n        ]\n      }" : "]\n      }");
}

size_t report_host_names(const struct relay *r, struct str **names)
{
    const struct model *m = r->model;
    const struct directive *dir = m->target[TARGET_global_host_name];
    VEC(struct str) list = { 0 };
    for (size_t i = 0; i < m->vmtas.n; i++) {
        const struct line *line = line_find(&vmta_extras(m->vmtas.v[i])->lines, dir);
        if (line && !line->bad && line->what->n_args)
            VEC_PUSH(m->arena, &list, line->what->args[0].text);
    }
    *names = list.v;
    return list.n;
}

void report_relay_json(const struct report *r, struct buf *out)
{
    buf_printf(out, ",\n  \"relay\": {\n    \"whole\": %s,\n    \"hosts\": [",
               r->whole ? "true" : "false");
    for (size_t i = 0; i < r->n; i++) {
        buf_text(out, i ? "," : "");
        put_host(out, r->models[i]->relay);
    }
    buf_text(out, r->n ? "\n    ]\n  }" : "]\n  }");
}
