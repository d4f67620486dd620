/** What the documentation shows: an alert as a newsroom writes one. */
export const ALERT_EXAMPLE = {
  headline: 'وزير الخارجية الصيني يلتقي نظيره الروسي على هامش اجتماع آسيان',
  body: 'اللقاء يبحث الملف الأوكراني وسبل التعاون بين البلدين.',
  url: 'https://news.example/world/123',
  lang: 'ar',
  topics: ['world', 'ukraine'],
  urgency: 'urgent',
};

export const CURL_EXAMPLE = `curl -X POST "$PUBLIC_URL/v1/alerts" \\
  -H "Authorization: Bearer $AJIL_KEY" \\
  -H "Idempotency-Key: $(uuidgen)" \\
  -H "Content-Type: application/json" \\
  -d '{"headline":"${ALERT_EXAMPLE.headline}","lang":"ar","topics":["world"]}'`;

export const SUBSCRIPTION_EXAMPLE = {
  subscription: {
    endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAA',
    expirationTime: null,
    // The keys of RFC 8291, section 5.
    keys: {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  },
  topics: ['world'],
  urgency: 'urgent',
  lang: 'ar',
};
