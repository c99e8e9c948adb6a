/* dict-word.h - one word of the value of a directive.

   For dict*.c only: the functions that grammar/types.def names.  Each says whether a word is right
   in its place, and why not.  */

#ifndef PMTAC_DICT_WORD_H
#define PMTAC_DICT_WORD_H

#include "dict.h"

struct word {
    const struct directive *directive;
    const struct arg *args;      /* all words of the value */
    size_t n, at;                /* how many, and which of them is looked at */
    int version;
    struct str text;             /* that of args[at] */
};

typedef bool word_check(const struct word *, struct fault *);

word_check word_bool, word_bool_or_duration, word_int, word_port, word_enum, word_duration,
    word_duration_or_never, word_days_or_never, word_size, word_rate, word_datarate, word_daily;
word_check word_ip, word_cidr, word_host, word_host_port, word_client, word_endpoint,
    word_listener_option, word_smtp_hosts, word_access_option;
word_check word_domain, word_domain_pattern, word_queue, word_queue_filter, word_macro_name,
    word_macro_piece, word_selector, word_key_domain, word_key_file;
word_check word_email, word_email_source, word_email_target, word_email_or_regex, word_identity,
    word_header_name, word_header_or_regex;
word_check word_path, word_absolute_path, word_path_or_url, word_url, word_https_url,
    word_server_url, word_text, word_api_key, word_hex_key, word_privacy_key;
word_check word_name, word_source, word_signals, word_subaccount;
word_check word_regex, word_result, word_action, word_category, word_field, word_field_name,
    word_header_field;

/* The check of word 'i' of a value of 'type'.  */
word_check *dict_word_check(enum type, size_t i);

/* The alternatives of a directive's PARAM, without the range.  Takes the next one off 'rest';
   false where there is none.  '*since' becomes its first version, 0 where it has none.  */
bool param_next(struct str *rest, struct str *word, int *since);

/* The words of PARAM, without the range.  */
struct str param_words(const struct directive *);

/* The range of PARAM; both ends are "" where it has none, and one where it is open.  */
void param_range(const struct directive *, struct str *low, struct str *high);

/* PARAM has 'word' (in any case).  */
bool param_has(const struct directive *, struct str word);

#endif
