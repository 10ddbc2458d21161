// Answers instead of the server when nothing does: a page that cannot be loaded is the one that offline holds, and what
// belongs to that one comes from a cache. Every answer of the server's passes as it is, and nothing of it is kept; what
// changes something, files that are saved, and what scripts ask for are none of its business.
"use strict";

const { page, headers, assets, cache } = offline;

const isPage = ({ mode, method, url }) => mode === "navigate" && method === "GET" && !new URL(url).searchParams.has("format");
const isAsset = ({ url }) => assets.includes(new URL(url).pathname);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(cache).then((opened) => opened.addAll(assets)));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const older = (await caches.keys()).filter((name) => name !== cache);
    await Promise.all(older.map((name) => caches.delete(name)));
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const or = (answer) => event.respondWith(fetch(request).catch(answer));
  if (isPage(request)) or(() => new Response(page, { status: 503, headers }));
  else if (isAsset(request)) or(() => caches.match(request).then((kept) => kept ?? Response.error()));
});
