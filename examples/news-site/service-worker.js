/* The site's own service worker: it keeps the page for readers without a network. Ajil is the first line, and no more. */
importScripts('{{ajil}}/push-worker.js');

const KEPT = 'site-1';
const PAGE = ['/', '/site.css', '/harbour.svg'];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PAGE)));
});

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== self.location.origin || !PAGE.includes(pathname)) return;
  event.respondWith(fetch(event.request).catch(() => caches.match(pathname)));
});

/* Messages of the site's own server. Ajil leaves them alone. */
self.addEventListener('push', (event) => {
  const text = event.data?.text() ?? '';
  event.waitUntil(self.registration.showNotification('مرفأ', { body: text, lang: 'ar', dir: 'rtl' }));
});
