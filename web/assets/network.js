// When the network is gone, the page that is open says so, and since when it knows nothing new; where another cannot be
// loaded, a worker shows a page that says what to do. Browsers have workers for https and for this machine alone, and some
// are told to have none: then it is as it would be without one.
(() => {
  "use strict";

  const worker = { scope: "/backoffice", updateViaCache: "none" };
  const { lang, dataset } = document.documentElement;
  const register = async () => {
    await navigator.serviceWorker?.register("/backoffice/worker.js", worker);
    const seen = await globalThis.caches?.open("reader"); // the language and the theme that its page is to have
    await seen?.put("/backoffice/reader", new Response(`${lang} ${dataset.theme ?? ""}`));
  };
  window.addEventListener("load", () => register().catch(() => {}));

  const line = document.getElementById("no-connection");
  if (!line) return;
  const began = Date.now();
  let heard = began;

  // The time of day is the reader's own, of their time zone: the server says which it was when it made the page.
  const clock = (time) => new Date(Number(line.dataset.clock) + time - began).toISOString().slice(11, 16);

  const lose = () => {
    if (line.matches(":popover-open")) return;
    line.querySelector("time").textContent = clock(heard);
    line.showPopover();
  };
  const find = () => line.hidePopover();

  // A stream that breaks is nothing yet: one that cannot begin again is.
  let misses = 0;
  const miss = () => ++misses > 1 && lose();
  const hear = () => {
    misses = 0;
    heard = Date.now();
    find();
  };

  window.addEventListener("offline", lose);
  window.addEventListener("online", find);
  document.addEventListener("missed", miss);
  document.addEventListener("heard", hear);
  document.addEventListener("htmx:after:request", hear);
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx && !ctx.response && lose());
})();
