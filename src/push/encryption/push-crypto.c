/*
 * Message encryption for Web Push (RFC 8291, RFC 8188), many messages a call.
 *
 * Why it exists: one message costs two P-256 multiplications. node:crypto validates the key pair that it has just made
 * with a third, converts each point by a separate inversion, and crosses into C++ a dozen times. Here a call does the
 * two multiplications, one inversion for all points of the call (Montgomery's trick), HKDF and AES-GCM.
 *
 * It is optional: src/push/encryption/encryptor.ts proves it at load and does without it where it cannot be built.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#define NAPI_VERSION 8
#include <node_api.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_MESSAGES = 64,
  POINT = 65,
  AUTH = 16,
  SALT = 16,
  SCALAR = 32,
  /* A message coming in: p256dh, auth, length of the plaintext (little endian), plaintext. */
  HEAD_IN = POINT + AUTH + 4,
  /* A body going out: salt, record size, length of the key id, key id; then ciphertext, which ends with the tag. */
  HEAD_OUT = SALT + 4 + 1 + POINT,
  TAG = 16,
  RECORD_SIZE = 4096
};

typedef struct {
  EC_GROUP *group;
  BN_CTX *bn;
  EVP_CIPHER_CTX *aes;
  BIGNUM *order, *scalar, *x, *y, *z;
  EC_POINT *theirs;
  /* Of message i: [2i] our public key, [2i + 1] the shared secret. */
  EC_POINT *points[2 * MAX_MESSAGES];
} State;

typedef struct {
  const uint8_t *p256dh, *auth, *plaintext;
  uint32_t length;
  uint8_t *out;
} Message;

static void state_free(State *s) {
  if (s == NULL) return;
  for (int i = 0; i < 2 * MAX_MESSAGES; i++) EC_POINT_clear_free(s->points[i]);
  EC_POINT_free(s->theirs);
  BN_free(s->order);
  BN_clear_free(s->scalar);
  BN_clear_free(s->x);
  BN_clear_free(s->y);
  BN_clear_free(s->z);
  EVP_CIPHER_CTX_free(s->aes);
  BN_CTX_free(s->bn);
  EC_GROUP_free(s->group);
  free(s);
}

static State *state_new(void) {
  State *s = calloc(1, sizeof(State));
  if (s == NULL) return NULL;
  s->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  s->bn = BN_CTX_secure_new();
  s->aes = EVP_CIPHER_CTX_new();
  s->order = BN_new();
  s->scalar = BN_secure_new();
  s->x = BN_new();
  s->y = BN_new();
  s->z = BN_new();
  int ok = s->group && s->bn && s->aes && s->order && s->scalar && s->x && s->y && s->z;
  if (ok) {
    s->theirs = EC_POINT_new(s->group);
    for (int i = 0; i < 2 * MAX_MESSAGES; i++) ok = ok && (s->points[i] = EC_POINT_new(s->group)) != NULL;
    ok = ok && s->theirs && EC_GROUP_get_order(s->group, s->order, s->bn) &&
         EVP_EncryptInit_ex(s->aes, EVP_aes_128_gcm(), NULL, NULL, NULL);
  }
  if (ok) return s;
  state_free(s);
  return NULL;
}

/* RFC 2104; keys here have 16 or 32 bytes, less than a block. */
typedef struct {
  SHA256_CTX inner, outer;
} Hmac;

static void hmac_key(Hmac *h, const uint8_t *key, size_t length) {
  uint8_t pad[SHA256_CBLOCK];
  memset(pad, 0x36, sizeof pad);
  for (size_t i = 0; i < length; i++) pad[i] ^= key[i];
  SHA256_Init(&h->inner);
  SHA256_Update(&h->inner, pad, sizeof pad);
  for (size_t i = 0; i < sizeof pad; i++) pad[i] ^= 0x36 ^ 0x5c;
  SHA256_Init(&h->outer);
  SHA256_Update(&h->outer, pad, sizeof pad);
  OPENSSL_cleanse(pad, sizeof pad);
}

static void hmac_final(const Hmac *h, const uint8_t *data, size_t length, uint8_t out[SHA256_DIGEST_LENGTH]) {
  SHA256_CTX c = h->inner;
  SHA256_Update(&c, data, length);
  SHA256_Final(out, &c);
  c = h->outer;
  SHA256_Update(&c, out, SHA256_DIGEST_LENGTH);
  SHA256_Final(out, &c);
}

static void hmac(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
                 uint8_t out[SHA256_DIGEST_LENGTH]) {
  Hmac h;
  hmac_key(&h, key, key_length);
  hmac_final(&h, data, length, out);
  OPENSSL_cleanse(&h, sizeof h);
}

/* RFC 8291, section 3.4. */
static void derive(const Message *m, const uint8_t *ours, const uint8_t *shared, uint8_t *key, uint8_t *nonce) {
  uint8_t info[14 + 2 * POINT + 1], hash[SHA256_DIGEST_LENGTH];
  memcpy(info, "WebPush: info", 14); /* with its NUL */
  memcpy(info + 14, m->p256dh, POINT);
  memcpy(info + 14 + POINT, ours, POINT);
  info[14 + 2 * POINT] = 1;
  Hmac prk;
  hmac(m->auth, AUTH, shared, SCALAR, hash);
  hmac(hash, sizeof hash, info, sizeof info, hash);
  hmac(m->out, SALT, hash, sizeof hash, hash);
  hmac_key(&prk, hash, sizeof hash);
  hmac_final(&prk, (const uint8_t *)"Content-Encoding: aes128gcm\0\1", 29, hash);
  memcpy(key, hash, 16);
  hmac_final(&prk, (const uint8_t *)"Content-Encoding: nonce\0\1", 25, hash);
  memcpy(nonce, hash, 12);
  OPENSSL_cleanse(hash, sizeof hash);
  OPENSSL_cleanse(&prk, sizeof prk);
}

/* A point that was made affine: its X and Y are its coordinates, so no further inversion is needed. */
static int coordinates(State *s, const EC_POINT *point, uint8_t *x, uint8_t *y) {
  if (!EC_POINT_get_Jprojective_coordinates_GFp(s->group, point, s->x, s->y, s->z, s->bn)) return 0;
  if (!BN_is_one(s->z)) return 0;
  return BN_bn2binpad(s->x, x, SCALAR) == SCALAR && (y == NULL || BN_bn2binpad(s->y, y, SCALAR) == SCALAR);
}

/* RFC 8188, section 2: one record, the last, so its plaintext ends with the delimiter 2. */
static int seal(State *s, const Message *m, const uint8_t *key, const uint8_t *nonce) {
  uint8_t *cipher = m->out + HEAD_OUT;
  int n = 0, delimiter = 0, rest = 0;
  return EVP_EncryptInit_ex(s->aes, NULL, NULL, key, nonce) &&
         EVP_EncryptUpdate(s->aes, cipher, &n, m->plaintext, (int)m->length) &&
         EVP_EncryptUpdate(s->aes, cipher + n, &delimiter, (const uint8_t *)"\2", 1) &&
         EVP_EncryptFinal_ex(s->aes, cipher + n + delimiter, &rest) &&
         EVP_CIPHER_CTX_ctrl(s->aes, EVP_CTRL_GCM_GET_TAG, TAG, cipher + m->length + 1);
}

static int finish(State *s, const Message *m, int i) {
  uint8_t shared[SCALAR], key[16], nonce[12];
  uint8_t *ours = m->out + SALT + 5;
  ours[0] = 4;
  int ok = coordinates(s, s->points[2 * i], ours + 1, ours + 1 + SCALAR) &&
           coordinates(s, s->points[2 * i + 1], shared, NULL);
  if (ok) {
    derive(m, ours, shared, key, nonce);
    ok = seal(s, m, key, nonce);
  }
  OPENSSL_cleanse(shared, sizeof shared);
  OPENSSL_cleanse(key, sizeof key);
  return ok;
}

/* Multiplies with a private key that no other message has: `random`, or another where that is not below the order. */
static int multiply(State *s, const Message *m, uint8_t *random, int i) {
  if (m->p256dh[0] != 4 || !EC_POINT_oct2point(s->group, s->theirs, m->p256dh, POINT, s->bn)) return 0;
  for (;;) {
    if (BN_bin2bn(random, SCALAR, s->scalar) == NULL) return 0;
    if (!BN_is_zero(s->scalar) && BN_cmp(s->scalar, s->order) < 0) break;
    if (RAND_priv_bytes(random, SCALAR) != 1) return 0;
  }
  return EC_POINT_mul(s->group, s->points[2 * i], s->scalar, NULL, NULL, s->bn) &&
         EC_POINT_mul(s->group, s->points[2 * i + 1], NULL, s->theirs, s->scalar, s->bn);
}

/* Reads the messages; 0 if the buffers do not hold exactly what they should. */
static int parse(Message *messages, uint32_t count, const uint8_t *in, size_t in_length, uint8_t *out,
                 size_t out_length) {
  for (uint32_t i = 0; i < count; i++) {
    if (in_length < HEAD_IN) return 0;
    const uint8_t *n = in + POINT + AUTH;
    uint32_t length = n[0] | n[1] << 8 | n[2] << 16 | (uint32_t)n[3] << 24;
    size_t need = (size_t)HEAD_OUT + length + 1 + TAG;
    if (length > RECORD_SIZE - HEAD_OUT - TAG - 1 || in_length - HEAD_IN < length || out_length < need) return 0;
    messages[i] = (Message){in, in + POINT, in + HEAD_IN, length, out};
    in += HEAD_IN + length;
    in_length -= HEAD_IN + length;
    out += need;
    out_length -= need;
  }
  return in_length == 0 && out_length == 0;
}

/* Each body's key id length (its 21st byte) tells whether it was made: 65, or 0 where p256dh is no point. */
static int encrypt_all(State *s, const Message *messages, uint32_t count) {
  static const uint8_t record_size[4] = {0, 0, RECORD_SIZE >> 8, RECORD_SIZE & 0xff};
  uint8_t scalars[MAX_MESSAGES][SCALAR], salts[MAX_MESSAGES][SALT];
  EC_POINT *all[2 * MAX_MESSAGES];
  size_t points = 0;
  if (RAND_priv_bytes(scalars[0], SCALAR * (int)count) != 1 || RAND_bytes(salts[0], SALT * (int)count) != 1) return 0;
  for (uint32_t i = 0; i < count; i++) {
    uint8_t *out = messages[i].out;
    memcpy(out, salts[i], SALT);
    memcpy(out + SALT, record_size, 4);
    out[SALT + 4] = multiply(s, &messages[i], scalars[i], (int)i) ? POINT : 0;
    if (out[SALT + 4] == 0) continue;
    all[points++] = s->points[2 * i];
    all[points++] = s->points[2 * i + 1];
  }
  OPENSSL_cleanse(scalars, sizeof scalars);
  if (points > 0 && !EC_POINTs_make_affine(s->group, points, all, s->bn)) return 0;
  for (uint32_t i = 0; i < count; i++) {
    if (messages[i].out[SALT + 4] == 0) continue;
    if (!finish(s, &messages[i], (int)i)) return 0;
  }
  return 1;
}

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* encrypt(count, messages, bodies): fills `bodies`. Throws if a buffer is malformed or OpenSSL fails. */
static napi_value encrypt(napi_env env, napi_callback_info info) {
  size_t argc = 3, in_length, out_length;
  napi_value argv[3];
  uint32_t count;
  void *in, *out, *data;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 3 ||
      napi_get_value_uint32(env, argv[0], &count) != napi_ok ||
      napi_get_buffer_info(env, argv[1], &in, &in_length) != napi_ok ||
      napi_get_buffer_info(env, argv[2], &out, &out_length) != napi_ok ||
      napi_get_instance_data(env, &data) != napi_ok || data == NULL)
    return fail(env, "encrypt(count, messages, bodies) expected");
  Message messages[MAX_MESSAGES];
  if (count > MAX_MESSAGES || !parse(messages, count, in, in_length, out, out_length))
    return fail(env, "malformed messages");
  if (!encrypt_all(data, messages, count)) return fail(env, "OpenSSL failed");
  return NULL;
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  state_free(data);
}

static napi_value init(napi_env env, napi_value exports) {
  State *s = state_new();
  napi_value function;
  if (s == NULL) return fail(env, "OpenSSL has no P-256");
  if (napi_set_instance_data(env, s, finalize, NULL) != napi_ok) {
    state_free(s);
    return fail(env, "no instance data");
  }
  if (napi_create_function(env, "encrypt", NAPI_AUTO_LENGTH, encrypt, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "encrypt", function) != napi_ok)
    return fail(env, "no exports");
  return exports;
}

NAPI_MODULE(push_crypto, init)
