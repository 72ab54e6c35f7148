#include "curl_transfer.h"

// The declarations alone: nothing of libcurl is linked.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct {
    __typeof__(&curl_global_init) global_init;
    __typeof__(&curl_easy_init) easy_init;
    __typeof__(&curl_easy_setopt) setopt;
    __typeof__(&curl_easy_perform) perform;
    __typeof__(&curl_easy_getinfo) getinfo;
    __typeof__(&curl_easy_cleanup) cleanup;
    __typeof__(&curl_easy_strerror) describe;
    __typeof__(&curl_slist_append) slist_append;
    __typeof__(&curl_slist_free_all) slist_free;
    __typeof__(&curl_mime_init) mime_init;
    __typeof__(&curl_mime_addpart) mime_addpart;
    __typeof__(&curl_mime_name) mime_name;
    __typeof__(&curl_mime_filedata) mime_filedata;
    __typeof__(&curl_mime_type) mime_type;
    __typeof__(&curl_mime_free) mime_free;
} curl;

static int is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib", "libcurl.dylib"};
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++) library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) return;
    const struct {
        void *place;
        const char *name;
    } functions[] = {
        {&curl.global_init, "curl_global_init"},   {&curl.easy_init, "curl_easy_init"},
        {&curl.setopt, "curl_easy_setopt"},        {&curl.perform, "curl_easy_perform"},
        {&curl.getinfo, "curl_easy_getinfo"},      {&curl.cleanup, "curl_easy_cleanup"},
        {&curl.describe, "curl_easy_strerror"},    {&curl.slist_append, "curl_slist_append"},
        {&curl.slist_free, "curl_slist_free_all"}, {&curl.mime_init, "curl_mime_init"},
        {&curl.mime_addpart, "curl_mime_addpart"}, {&curl.mime_name, "curl_mime_name"},
        {&curl.mime_filedata, "curl_mime_filedata"}, {&curl.mime_type, "curl_mime_type"},
        {&curl.mime_free, "curl_mime_free"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *found = dlsym(library, functions[i].name);
        if (!found) return;
        memcpy(functions[i].place, &found, sizeof found);
    }
    is_loaded = curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static size_t take(char *bytes, size_t size, size_t count, void *transfer) {
    struct curl_transfer *t = transfer;
    return t->on_body(t->context, bytes, size * count);
}

static enum curl_outcome outcome(CURLcode code) {
    switch (code) {
    case CURLE_OK: return CURL_OUTCOME_DONE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return CURL_OUTCOME_UNRESOLVED;
    case CURLE_COULDNT_CONNECT: return CURL_OUTCOME_REFUSED;
    case CURLE_OPERATION_TIMEDOUT: return CURL_OUTCOME_TIMED_OUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED: return CURL_OUTCOME_TLS;
    case CURLE_READ_ERROR: return CURL_OUTCOME_FILE;
    default: return CURL_OUTCOME_OTHER;
    }
}

enum curl_outcome curl_transfer_perform(struct curl_transfer *t) {
    pthread_once(&once, load);
    t->status = 0;
    t->error[0] = 0;
    if (!is_loaded) return CURL_OUTCOME_MISSING;
    CURL *handle = curl.easy_init();
    if (!handle) return CURL_OUTCOME_OTHER;
    struct curl_slist *headers = NULL;
    for (const char *const *header = t->headers; header && *header; header++) {
        headers = curl.slist_append(headers, *header);
    }
    curl_mime *form = NULL;
    curl.setopt(handle, CURLOPT_URL, t->url);
    curl.setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    if (t->file_path) {
        form = curl.mime_init(handle);
        curl_mimepart *part = curl.mime_addpart(form);
        curl.mime_name(part, t->file_field);
        curl.mime_filedata(part, t->file_path);
        if (t->file_type) curl.mime_type(part, t->file_type);
        curl.setopt(handle, CURLOPT_MIMEPOST, form);
    } else if (t->body) {
        curl.setopt(handle, CURLOPT_POSTFIELDS, t->body);
        curl.setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_length);
    }
    curl.setopt(handle, CURLOPT_CUSTOMREQUEST, t->method);
    curl.setopt(handle, CURLOPT_HTTPHEADER, headers);
    if (t->credentials) curl.setopt(handle, CURLOPT_USERPWD, t->credentials);
    curl.setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, t->connect_milliseconds);
    curl.setopt(handle, CURLOPT_TIMEOUT_MS, t->total_milliseconds);
    curl.setopt(handle, CURLOPT_NOSIGNAL, 1L);
    if (t->is_direct) curl.setopt(handle, CURLOPT_PROXY, "");
    curl.setopt(handle, CURLOPT_WRITEFUNCTION, take);
    curl.setopt(handle, CURLOPT_WRITEDATA, t);
    char words[CURL_ERROR_SIZE] = "";
    curl.setopt(handle, CURLOPT_ERRORBUFFER, words);
    CURLcode code = curl.perform(handle);
    curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &t->status);
    if (code != CURLE_OK) snprintf(t->error, sizeof t->error, "%s", words[0] ? words : curl.describe(code));
    curl.cleanup(handle);
    if (form) curl.mime_free(form);
    curl.slist_free(headers);
    return outcome(code);
}
