// OpenSSL, and what of it are macros that Swift does not see.
#pragma once
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static const uint64_t COPENSSL_OPTIONS =
    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
    SSL_OP_PRIORITIZE_CHACHA;
static const uint64_t COPENSSL_NO_TICKET = SSL_OP_NO_TICKET;
static const uint64_t COPENSSL_KERNEL_TLS = SSL_OP_ENABLE_KTLS;
/// A distinguished name as in RFC 2253, everything but printable ASCII escaped.
static const unsigned long COPENSSL_NAME_FORMAT = XN_FLAG_RFC2253;

static inline long copenssl_set_min_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_min_proto_version(context, version);
}
static inline long copenssl_set_max_version(SSL_CTX *context, int version) {
  return SSL_CTX_set_max_proto_version(context, version);
}
static inline long copenssl_set_groups(SSL_CTX *context, const char *groups) {
  return SSL_CTX_set1_groups_list(context, groups);
}
static inline long copenssl_set_mode(SSL_CTX *context) {
  return SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
}
static inline long copenssl_set_read_ahead(SSL_CTX *context, int on) {
  return SSL_CTX_set_read_ahead(context, on);
}
static inline long copenssl_set_session_cache(SSL_CTX *context, long mode) {
  return SSL_CTX_set_session_cache_mode(context, mode);
}
static inline long copenssl_set_name_callback(SSL_CTX *context,
                                              int (*callback)(SSL *, int *, void *)) {
  return SSL_CTX_set_tlsext_servername_callback(context, callback);
}
static inline long copenssl_set_staple_callback(SSL_CTX *context, int (*callback)(SSL *, void *)) {
  return SSL_CTX_set_tlsext_status_cb(context, callback);
}
/// Gives `length` octets at `staple`, allocated with OPENSSL_malloc, to the connection.
static inline long copenssl_set_staple(SSL *connection, unsigned char *staple, long length) {
  return SSL_set_tlsext_status_ocsp_resp(connection, staple, length);
}
static inline long copenssl_request_staple(SSL *connection) {
  return SSL_set_tlsext_status_type(connection, TLSEXT_STATUSTYPE_ocsp);
}
static inline long copenssl_get_staple(SSL *connection, const unsigned char **staple) {
  return SSL_get_tlsext_status_ocsp_resp(connection, staple);
}
static inline long copenssl_set_server_name(SSL *connection, const char *name) {
  return SSL_set_tlsext_host_name(connection, name);
}
static inline void *copenssl_duplicate(const void *octets, size_t length) {
  return OPENSSL_memdup(octets, length);
}
static inline void copenssl_free(void *memory) { OPENSSL_free(memory); }
static inline long copenssl_memory(BIO *bio, char **octets) {
  return BIO_get_mem_data(bio, octets);
}

/// Sets up HMAC-SHA-256 for a session ticket.
static inline int copenssl_set_ticket_mac(EVP_MAC_CTX *mac, const unsigned char *key,
                                          size_t length) {
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, length),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, parameters);
}
/// A new key: `curve` is a group's name, or NULL for RSA with `bits`.
static inline EVP_PKEY *copenssl_generate_key(const char *curve, size_t bits) {
  return curve ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", curve)
               : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);
}
