#pragma once

#include <stddef.h>

/// One exchange over HTTP. `curl_transfer_perform` fills in the last fields.
struct curl_transfer {
    const char *method;
    const char *url;
    /// `Name: value`, ended by NULL.
    const char *const *headers;
    const void *body;
    size_t body_length;
    /// A file that is sent as the field of a form instead of a body, if any.
    const char *file_path;
    const char *file_field;
    const char *file_type;
    /// `user:password`, if any.
    const char *credentials;
    long connect_milliseconds;
    /// Of the whole exchange; 0 for no limit.
    long total_milliseconds;
    /// Whether proxies of the environment are left aside.
    int is_direct;
    /// Takes parts of the answer; anything but `count` ends the exchange.
    size_t (*on_body)(void *context, const char *bytes, size_t count);
    void *context;

    long status;
    /// What went wrong, in words.
    char error[512];
};

enum curl_outcome {
    CURL_OUTCOME_DONE,
    /// There is no libcurl on this machine.
    CURL_OUTCOME_MISSING,
    CURL_OUTCOME_UNRESOLVED,
    CURL_OUTCOME_REFUSED,
    CURL_OUTCOME_TIMED_OUT,
    CURL_OUTCOME_TLS,
    CURL_OUTCOME_FILE,
    CURL_OUTCOME_OTHER,
};

/// Does the exchange with libcurl, which is loaded on the first call: most commands never need it.
enum curl_outcome curl_transfer_perform(struct curl_transfer *transfer);
