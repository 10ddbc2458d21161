// Answers instead of the server when nothing does: a page that cannot be loaded is the one that offline holds, and what
// belongs to that one comes from a cache. Every answer of the server's passes as it is, and nothing of it is kept; what
// changes something, files that are saved, and what scripts ask for are none of its business.
"use strict";

const { pages, headers, assets, cache } = offline;

// The cache in which each page leaves the language and the theme that it has (network.js).
const reader = "reader";

const isPage = ({ mode, method, url }) => mode === "navigate" && method === "GET" && !new URL(url).searchParams.has("format");
const isAsset = ({ url }) => assets.includes(new URL(url).pathname);

// Another one waits until no page is open: to be replaced while a page loads is more than browsers can be trusted with.
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(cache).then((opened) => opened.addAll(assets)));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const older = (await caches.keys()).filter((name) => name !== cache && name !== reader);
    await Promise.all(older.map((name) => caches.delete(name)));
  };
  event.waitUntil(tidy());
});

const page = async () => {
  const seen = await caches.match("/backoffice/reader", { cacheName: reader });
  return new Response(pages[await seen?.text()] ?? pages["en "], { status: 503, headers });
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const or = (answer) => event.respondWith(fetch(request).catch(answer));
  if (isPage(request)) or(page);
  else if (isAsset(request)) or(() => caches.match(request).then((kept) => kept ?? Response.error()));
});
