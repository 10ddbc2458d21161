// A page that shows what others may change listens while it is seen: to a stream, or by asking again and again where a
// stream does not get through. What has changed is marked in its place and said once; nothing moves until it is asked for.
const live = document.getElementById("live");
const [said, forms] = [live.querySelector("[aria-live]"), live.querySelector("template").content];
const askEvery = 1500, firstWithin = 4_000, silentAfter = 15_000, again = 1000;

const entities = () => [...document.querySelectorAll("[data-entity]")];
const address = () => `/backoffice/live?shown=${entities().map(({ dataset }) => `${dataset.entity}.${dataset.version}`).join(",")}`;
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

// What is marked says who and when. A page that waits for its own change to be answered learns of that by the answer.
const mark = (news) => {
  const element = entities().find(({ dataset }) => dataset.entity === news.entity);
  if (!element || news.version <= Number(element.dataset.told ?? element.dataset.version)) return;
  if (document.querySelector("form[aria-busy=true]")) return setTimeout(mark, again, news);
  element.dataset.told = news.version;
  if (element.matches("tr")) {
    markRow(element, news);
    return say(`${element.querySelector("a").textContent}: ${news.text}`);
  }
  const isMarked = live.querySelector(".bar");
  const text = markPage(news);
  if (!isMarked || !("once" in element.dataset)) say(text);
};

const markRow = (row, news) => {
  const badge = forms.querySelector("a").cloneNode(true);
  const list = new URL(live.dataset.row, location);
  list.searchParams.set("row", news.id);
  Object.assign(badge, { href: list, title: news.text });
  badge.querySelector("span").textContent = news.label;
  row.querySelector("[data-news]").replaceChildren(badge);
};

// It is said in the dialog that covers the page, if one does. What is typed into a form stays as it is.
const markPage = ({ text, gone }) => {
  const bar = live.querySelector(".bar") ?? live.appendChild(forms.querySelector(".bar").cloneNode(true));
  const form = document.querySelector("form[data-kept]"), anew = new URL(location);
  anew.searchParams.delete("came");
  bar.querySelector("a").href = anew;
  const [what, kept] = bar.querySelectorAll("p span");
  what.textContent = text + (form ? "." : "");
  kept.textContent = form ? (gone ? live.dataset.gone : form.dataset.kept) : "";
  cover();
  return bar.querySelector("p").textContent;
};

const place = live.parentElement;

const cover = () => {
  const dialog = document.querySelector("dialog[open]");
  if (!dialog || dialog.contains(live)) return;
  dialog.append(live);
  dialog.addEventListener("close", () => place.append(live));
};

// Much at once is said as how much it is.
let unsaid = [];
const say = (text) => {
  if (unsaid.push(text) > 1) return;
  setTimeout(() => {
    said.textContent = unsaid.length === 1 ? text : live.dataset.many.replace("#", unsaid.length);
    unsaid = [];
  }, 300);
};

// A badge loads its row, and that alone. Where there is none any more, the page of what it was about says why.
const renew = async (badge) => {
  const row = badge.closest("tr"), name = row.dataset.entity;
  badge.setAttribute("aria-busy", "true");
  const answer = await fetch(badge.href, { headers: { Accept: "text/html" } }).then((a) => a.text(), () => "");
  const fresh = new DOMParser().parseFromString(answer, "text/html").querySelector(`tr[data-entity="${CSS.escape(name)}"]`);
  if (!fresh) return location.assign(row.querySelector("a").href);
  const [before, after] = [row, fresh].map((one) => one.querySelector("[type=checkbox]"));
  if (before && after) after.checked = before.checked;
  row.replaceWith(document.adoptNode(fresh));
  fresh.querySelector("a").focus();
};

document.addEventListener("click", (event) => {
  const badge = event.target.closest("tr a.news");
  if (!badge || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!badge.hasAttribute("aria-busy")) renew(badge);
});

// Whether anything is heard is told to network.js.
const tell = (what) => void document.dispatchEvent(new Event(what));

// What is listened to. A stream that is silent does not get through; "poll" says that there are too many already.
let isBlocked = false, stop;

const listen = async () => {
  const ending = new AbortController();
  let patience = setTimeout(() => ((isBlocked = true), ending.abort()), firstWithin);
  stop = () => (clearTimeout(patience), ending.abort());
  try {
    const answer = await fetch(address(), { headers: { Accept: "text/event-stream" }, signal: ending.signal });
    if (!answer.ok) return answer.status < 500;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = "", piece; ({ value: piece } = await reader.read()), piece !== undefined; ) {
      clearTimeout(patience);
      patience = setTimeout(() => ending.abort(), silentAfter);
      tell("heard");
      const events = (text + piece).split("\n\n");
      text = events.pop();
      for (const event of events) {
        if (event.startsWith("data: ")) mark(JSON.parse(event.slice(6)));
        if (event === "event: poll") isBlocked = true;
        if (event === "event: end") return true;
      }
    }
  } finally {
    stop();
  }
};

const ask = async () => {
  const answer = await fetch(address(), { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(silentAfter) });
  if (!answer.ok) return answer.status < 500;
  tell("heard");
  (await answer.json()).forEach(mark);
};

// It goes on while the page is seen, and until the session has ended or it is refused.
let isOn = false, isOver = false;

const follow = async () => {
  if (isOn) return;
  isOn = true;
  while (!document.hidden && !isOver) {
    isOver = await (isBlocked ? ask() : listen()).catch(({ name }) => name !== "AbortError" && tell("missed"));
    await pause(isBlocked ? askEvery : again);
  }
  isOn = false;
};

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return stop?.();
  isBlocked = false;
  follow();
});
window.addEventListener("pagehide", () => stop?.());
window.addEventListener("pageshow", follow);
follow();
