/*
 * Message encryption for Web Push (RFC 8291, RFC 8188), many messages a call.
 *
 * Why it exists: one message costs two P-256 multiplications. node:crypto validates the key pair that it has just made
 * with a third, converts each point by a separate inversion, and crosses into C++ a dozen times. Here a call does the
 * two multiplications, one inversion for all points of the call (Montgomery's trick), HKDF and AES-GCM.
 *
 * Neither multiplication depends on the text. So `arm` does them ahead of time, and what it makes, a keying, takes their
 * place in the call of `encrypt` that uses it. A keying is our public key and the input keying material of RFC 8291,
 * section 3.4; the private key is gone when `arm` returns.
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
  IKM = 32,
  RECEIVER = POINT + AUTH,
  KEYING = POINT + IKM,
  /*
   * A message coming in: a byte, which is 1 if a keying follows (our public key, then the input keying material), and 0 if
   * a receiver does (p256dh, then auth); the length of the plaintext (4 bytes, little endian); the plaintext.
   */
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

/* `keying` is NULL where there is none. */
typedef struct {
  const uint8_t *receiver, *keying, *plaintext;
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
static void keying_material(const uint8_t *receiver, const uint8_t *ours, const uint8_t *shared, uint8_t ikm[IKM]) {
  uint8_t info[14 + 2 * POINT + 1], hash[SHA256_DIGEST_LENGTH];
  memcpy(info, "WebPush: info", 14); /* with its NUL */
  memcpy(info + 14, receiver, POINT);
  memcpy(info + 14 + POINT, ours, POINT);
  info[14 + 2 * POINT] = 1;
  hmac(receiver + POINT, AUTH, shared, SCALAR, hash);
  hmac(hash, sizeof hash, info, sizeof info, ikm);
  OPENSSL_cleanse(hash, sizeof hash);
}

/* RFC 8188, sections 2.2 and 2.3. */
static void derive(const uint8_t *salt, const uint8_t *ikm, uint8_t *key, uint8_t *nonce) {
  uint8_t hash[SHA256_DIGEST_LENGTH];
  Hmac prk;
  hmac(salt, SALT, ikm, IKM, hash);
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

/* The keying of pair i, whose points were made affine. */
static int make_keying(State *s, const uint8_t *receiver, int i, uint8_t keying[KEYING]) {
  uint8_t shared[SCALAR];
  keying[0] = 4;
  int ok = coordinates(s, s->points[2 * i], keying + 1, keying + 1 + SCALAR) &&
           coordinates(s, s->points[2 * i + 1], shared, NULL);
  if (ok) keying_material(receiver, keying, shared, keying + POINT);
  OPENSSL_cleanse(shared, sizeof shared);
  return ok;
}

static int finish(State *s, const Message *m, const uint8_t keying[KEYING]) {
  uint8_t key[16], nonce[12];
  memcpy(m->out + SALT + 5, keying, POINT);
  derive(m->out, keying + POINT, key, nonce);
  int ok = seal(s, m, key, nonce);
  OPENSSL_cleanse(key, sizeof key);
  OPENSSL_cleanse(nonce, sizeof nonce);
  return ok;
}

/* Multiplies with a private key that no other message has: `random`, or another where that is not below the order. */
static int multiply(State *s, const uint8_t *receiver, uint8_t *random, int i) {
  if (receiver[0] != 4 || !EC_POINT_oct2point(s->group, s->theirs, receiver, POINT, s->bn)) return 0;
  for (;;) {
    if (BN_bin2bn(random, SCALAR, s->scalar) == NULL) return 0;
    if (!BN_is_zero(s->scalar) && BN_cmp(s->scalar, s->order) < 0) break;
    if (RAND_priv_bytes(random, SCALAR) != 1) return 0;
  }
  return EC_POINT_mul(s->group, s->points[2 * i], s->scalar, NULL, NULL, s->bn) &&
         EC_POINT_mul(s->group, s->points[2 * i + 1], NULL, s->theirs, s->scalar, s->bn);
}

/*
 * Makes a key pair and a shared secret for each receiver; those that are NULL have a keying already.
 * made[i] tells whether it was made: not where p256dh is no point. Answers 0 if OpenSSL fails.
 */
static int multiply_all(State *s, const uint8_t *const *receivers, uint32_t count, uint8_t *made) {
  uint8_t scalars[MAX_MESSAGES][SCALAR];
  EC_POINT *all[2 * MAX_MESSAGES];
  size_t points = 0, wanted = 0;
  for (uint32_t i = 0; i < count; i++) wanted += receivers[i] != NULL;
  if (wanted > 0 && RAND_priv_bytes(scalars[0], (int)(SCALAR * wanted)) != 1) return 0;
  for (uint32_t i = 0; i < count; i++) {
    made[i] = receivers[i] != NULL && multiply(s, receivers[i], scalars[--wanted], (int)i);
    if (!made[i]) continue;
    all[points++] = s->points[2 * i];
    all[points++] = s->points[2 * i + 1];
  }
  OPENSSL_cleanse(scalars, sizeof scalars);
  return points == 0 || EC_POINTs_make_affine(s->group, points, all, s->bn);
}

/* Reads the messages; 0 if the buffers do not hold exactly what they should. */
static int parse(Message *messages, uint32_t count, const uint8_t *in, size_t in_length, uint8_t *out,
                 size_t out_length) {
  for (uint32_t i = 0; i < count; i++) {
    if (in_length < 1 || in[0] > 1) return 0;
    const size_t head = in[0] == 1 ? KEYING : RECEIVER;
    if (in_length < 1 + head + 4) return 0;
    const uint8_t *n = in + 1 + head;
    uint32_t length = n[0] | n[1] << 8 | n[2] << 16 | (uint32_t)n[3] << 24;
    size_t need = (size_t)HEAD_OUT + length + 1 + TAG, used = 1 + head + 4 + (size_t)length;
    if (length > RECORD_SIZE - HEAD_OUT - TAG - 1 || in_length < used || out_length < need) return 0;
    messages[i] = (Message){in[0] == 1 ? NULL : in + 1, in[0] == 1 ? in + 1 : NULL, n + 4, length, out};
    in += used;
    in_length -= used;
    out += need;
    out_length -= need;
  }
  return in_length == 0 && out_length == 0;
}

/* Each body's key id length (its 21st byte) tells whether it was made: 65, or 0 where p256dh is no point. */
static int encrypt_all(State *s, const Message *messages, uint32_t count) {
  static const uint8_t record_size[4] = {0, 0, RECORD_SIZE >> 8, RECORD_SIZE & 0xff};
  uint8_t salts[MAX_MESSAGES][SALT], made[MAX_MESSAGES], fresh[KEYING];
  const uint8_t *receivers[MAX_MESSAGES];
  if (count == 0) return 1;
  if (RAND_bytes(salts[0], SALT * (int)count) != 1) return 0;
  for (uint32_t i = 0; i < count; i++) receivers[i] = messages[i].receiver;
  if (!multiply_all(s, receivers, count, made)) return 0;
  int ok = 1;
  for (uint32_t i = 0; i < count && ok; i++) {
    const Message *m = &messages[i];
    memcpy(m->out, salts[i], SALT);
    memcpy(m->out + SALT, record_size, 4);
    const int possible = made[i] || m->keying != NULL;
    m->out[SALT + 4] = possible ? POINT : 0;
    if (!possible) continue;
    ok = (m->keying != NULL || make_keying(s, m->receiver, (int)i, fresh)) &&
         finish(s, m, m->keying != NULL ? m->keying : fresh);
  }
  OPENSSL_cleanse(fresh, sizeof fresh);
  return ok;
}

/* A keying begins with 4, or with 0 where p256dh is no point. */
static int arm_all(State *s, const uint8_t *in, uint32_t count, uint8_t *out) {
  uint8_t made[MAX_MESSAGES];
  const uint8_t *receivers[MAX_MESSAGES];
  if (count == 0) return 1;
  for (uint32_t i = 0; i < count; i++) receivers[i] = in + (size_t)i * RECEIVER;
  if (!multiply_all(s, receivers, count, made)) return 0;
  for (uint32_t i = 0; i < count; i++) {
    uint8_t *keying = out + (size_t)i * KEYING;
    memset(keying, 0, KEYING);
    if (made[i] && !make_keying(s, receivers[i], (int)i, keying)) return 0;
  }
  return 1;
}

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

typedef struct {
  State *state;
  uint32_t count;
  uint8_t *in, *out;
  size_t in_length, out_length;
} Call;

/* Reads the arguments of both functions: a count of at most MAX_MESSAGES, what comes in, what goes out. */
static int read_call(napi_env env, napi_callback_info info, Call *call) {
  size_t argc = 3;
  napi_value argv[3];
  void *in, *out, *data;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok || argc != 3 ||
      napi_get_value_uint32(env, argv[0], &call->count) != napi_ok ||
      napi_get_buffer_info(env, argv[1], &in, &call->in_length) != napi_ok ||
      napi_get_buffer_info(env, argv[2], &out, &call->out_length) != napi_ok ||
      napi_get_instance_data(env, &data) != napi_ok || data == NULL)
    return 0;
  call->state = data;
  call->in = in;
  call->out = out;
  return call->count <= MAX_MESSAGES;
}

/* encrypt(count, messages, bodies): fills `bodies`. Throws if a buffer is malformed or OpenSSL fails. */
static napi_value encrypt(napi_env env, napi_callback_info info) {
  Call c;
  if (!read_call(env, info, &c)) return fail(env, "encrypt(count, messages, bodies) expected");
  Message messages[MAX_MESSAGES];
  if (!parse(messages, c.count, c.in, c.in_length, c.out, c.out_length)) return fail(env, "malformed messages");
  if (!encrypt_all(c.state, messages, c.count)) return fail(env, "OpenSSL failed");
  return NULL;
}

/* arm(count, receivers, keyings): fills `keyings`. Throws like encrypt. */
static napi_value arm(napi_env env, napi_callback_info info) {
  Call c;
  if (!read_call(env, info, &c)) return fail(env, "arm(count, receivers, keyings) expected");
  if (c.in_length != (size_t)c.count * RECEIVER || c.out_length != (size_t)c.count * KEYING)
    return fail(env, "malformed receivers");
  if (!arm_all(c.state, c.in, c.count, c.out)) return fail(env, "OpenSSL failed");
  return NULL;
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  state_free(data);
}

static int export_function(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, NULL, &function) == napi_ok &&
         napi_set_named_property(env, exports, name, function) == napi_ok;
}

static napi_value init(napi_env env, napi_value exports) {
  State *s = state_new();
  if (s == NULL) return fail(env, "OpenSSL has no P-256");
  if (napi_set_instance_data(env, s, finalize, NULL) != napi_ok) {
    state_free(s);
    return fail(env, "no instance data");
  }
  if (!export_function(env, exports, "encrypt", encrypt) || !export_function(env, exports, "arm", arm))
    return fail(env, "no exports");
  return exports;
}

NAPI_MODULE(push_crypto, init)
