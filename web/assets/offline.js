// The page that says that there is no connection stands where another belongs. It asks for that one until there is an answer,
// whatever it is, and gives way to it.
(() => {
  "use strict";

  const askEvery = 10_000;

  const ask = () => fetch(location.href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(askEvery) }).then(() => location.reload(), () => {});

  window.addEventListener("online", ask);
  setInterval(ask, askEvery);
  document.querySelector("[data-asking]").hidden = false;
})();
