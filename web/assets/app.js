// Each page works without this file, which only makes it smoother: buttons that are busy, the form of a new order that
// works itself out, the dialog, keys. What a page must do for that is to have the attributes that are named here.
(() => {
  "use strict";

  // Busy: a form is sent once. Its pressed button says so; what the page waits for is a new page. Should none come (the
  // request was stopped, or this page is back from the browser's memory), the form can be sent again.
  const patience = 15_000;

  const setBusy = (element, busy) => element && (busy ? element.setAttribute("aria-busy", "true") : element.removeAttribute("aria-busy"));
  const isBusy = (element) => element.getAttribute("aria-busy") === "true";
  const calm = (root) => [root, ...root.querySelectorAll("[aria-busy]")].forEach((element) => setBusy(element, false));

  // What Enter presses is hidden in some forms: the button that is seen is busy, too.
  const buttons = (form, value) => [...form.querySelectorAll(`[name=do][value="${CSS.escape(value)}"]`)];
  const alike = (form, button) => button?.name === "do" ? buttons(form, button.value) : [button];

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || event.submitter?.dataset.file) return;
    if (isBusy(form)) return event.preventDefault();
    setBusy(form, true);
    alike(form, event.submitter).forEach((button) => setBusy(button, true));
    if (form.elements.key && form.enctype !== "multipart/form-data" && !answered.delete(form)) {
      event.preventDefault();
      deliver(form, event.submitter);
    } else {
      setTimeout(calm, patience, form);
    }
  });
  window.addEventListener("pageshow", (event) => event.persisted && calm(document.body));

  // A form with a key has its effect once, however often it is sent: it is sent until there is an answer. One that leads
  // elsewhere is followed; any other is a page, for which the browser sends it once more. Its address is that of the attribute:
  // form.action is a field, where one has that name.
  const answered = new WeakSet();

  const deliver = async (form, submitter) => {
    const answer = await insist(form.getAttribute("action"), new URLSearchParams(new FormData(form, submitter)));
    if (answer.status === 204) return location.assign(answer.headers.get("Location"));
    answered.add(form);
    setBusy(form, false);
    form.requestSubmit(submitter);
  };

  const insist = async (action, body) => {
    const headers = { Accept: "text/html", Prefer: "return=minimal" };
    for (let wait = 500; ; wait = Math.min(2 * wait, 8_000)) {
      try {
        return await fetch(action, { method: "POST", body, headers, signal: AbortSignal.timeout(patience) });
      } catch {
        document.getElementById("checking")?.showPopover();
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  };

  // A form that works itself out: each input and button of it that has hx-post sends it whole, and the answer's form is
  // morphed in. A button does what its value says, an input what its data-do says, or "update". The server keeps nothing of
  // it, so an answer to a form that has changed meanwhile is dropped, and the form as it is now is sent again: nothing that
  // was typed is lost.
  const values = (form) => new URLSearchParams(new FormData(form));

  const told = (source) => source.type === "submit" ? source.value : source.dataset.do ?? "update";

  // A pointer that leaves a field presses something, which must not move from under it: the form waits until it is let go,
  // and for what that has sent.
  let isPressing = false;
  document.addEventListener("pointerdown", () => (isPressing = true), true);
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => (isPressing = false), true);

  const whenLetGo = (form, source) =>
    document.addEventListener("pointerup", () => setTimeout(() => isBusy(form) || htmx.ajax("POST", form.action, { source })), { once: true });

  document.addEventListener("htmx:config:request", (event) => {
    const { sourceElement: source, request } = event.detail.ctx;
    if (source.type !== "submit") {
      if (isPressing && request.form) return event.preventDefault(), whenLetGo(request.form, source);
      return;
    }
    if (isBusy(request.form)) return event.preventDefault();
    setBusy(request.form, true);
    setBusy(source, true);
  });

  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (!ctx.request.form) return;
    ctx.sent = values(ctx.request.form).toString();
    ctx.request.body = new URLSearchParams(ctx.sent);
    ctx.request.body.append("do", told(ctx.sourceElement));
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx, tasks } = event.detail;
    const { sourceElement: source, request: { form } } = ctx;
    const isOther = !tasks[0]?.fragment.firstElementChild;
    if (!form) return isOther && (event.preventDefault(), ctx.response.status < 500 && location.reload());
    if (isOther) {
      event.preventDefault();
      return sendPlainly(form, source, ctx.response.status);
    }
    if (ctx.sent === values(form).toString()) return prepare(tasks[0].fragment, source);
    event.preventDefault();
    ctx.isSentAgain = true;
    if (source.type === "submit") calm(form);
    htmx.ajax("POST", form.action, { source });
  });

  // A morph leaves the text of the input alone that has the focus; a button may have emptied it. And only a button moves
  // the focus: who types keeps it.
  const prepare = (answer, source) => {
    const focused = document.activeElement;
    const answered = focused.id && answer.querySelector(`#${CSS.escape(focused.id)}`);
    if (answered && focused.value !== answered.value) focused.value = answered.value;
    if (source.type !== "submit") answer.querySelectorAll("[autofocus]").forEach((element) => element.removeAttribute("autofocus"));
  };

  document.addEventListener("htmx:after:swap", () => hideOthers({ target: document.activeElement }));

  document.addEventListener("htmx:finally:request", (event) => {
    const { sourceElement: source, request, isSentAgain } = event.detail.ctx;
    if (!isSentAgain && (source.type === "submit" || source === request.form)) calm(request.form);
  });

  document.addEventListener("htmx:error", (event) => {
    const { ctx } = event.detail;
    if (ctx) sendPlainly(ctx.request.form, ctx.sourceElement, 0);
  });

  // What was answered is another page: that of the log-in, which keeps the form, or of a failure. A button leads there;
  // letters that are typed don't, for the next may do better, unless the session has ended.
  const sendPlainly = (form, source, status) => {
    const pressed = source.type === "submit";
    if (!pressed && status !== 401) return;
    setBusy(form, false);
    form.requestSubmit(pressed && status !== 401 ? source : buttons(form, "update")[0] ?? buttons(form, told(source))[0]);
  };

  document.addEventListener("focusin", ({ target }) => target.matches("input[name=qty]") && target.select());

  // What is found while typing: the arrows walk through it, Enter takes the first, Escape leads back. It hides when
  // something else is touched.
  const found = (box) => [...box.querySelectorAll("[data-found] button")];

  const walk = (event, box) => {
    const buttons = found(box), input = box.querySelector("input"), at = buttons.indexOf(document.activeElement);
    const isFresh = box.querySelector("[data-found]")?.dataset.found === input.value.trim();
    if (event.key === "ArrowDown") (buttons[at + 1] ?? buttons.at(-1))?.focus();
    else if (event.key === "ArrowUp" && at >= 0) (buttons[at - 1] ?? input).focus();
    else if (event.key === "Escape" && at >= 0) input.focus();
    else if (event.key === "Enter" && at < 0 && isFresh && buttons.length > 0) buttons[0].click();
    else return;
    event.preventDefault();
  };

  const hideOthers = ({ target }) => document.querySelectorAll("[data-typeahead]").forEach((box) => {
    const list = box.querySelector("[data-found]");
    if (list) list.hidden = !box.contains(target);
  });
  document.addEventListener("pointerdown", hideOthers);
  document.addEventListener("focusin", hideOthers);
  hideOthers({ target: document.activeElement });

  // A menu closes when something else is touched or gets the focus, and by Escape. On a phone the operator's has what stands beside it.
  const menus = "details.menu[open], details.operator[open]";
  const closeMenus = ({ target }) => document.querySelectorAll(menus).forEach((menu) => (menu.open = (menu.closest(".who") ?? menu).contains(target)));
  document.addEventListener("pointerdown", closeMenus);
  document.addEventListener("focusin", closeMenus);
  document.addEventListener("keydown", ({ key, target }) => {
    const menu = key === "Escape" && target.closest(menus);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Back leads to the link that was followed: a browser that loads the page again remembers how far down it was, and no more.
  const followed = `followed from ${location.href}`;
  window.addEventListener("pagehide", () => sessionStorage.setItem(followed, document.activeElement?.getAttribute("href") ?? ""));
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
    document.querySelector(`main a[href="${CSS.escape(sessionStorage.getItem(followed) ?? "")}"]`)?.focus({ preventScroll: true });
  }

  // A form with data-ends-in can be sent for so many milliseconds. It counts the seconds down, for the eye alone; when they
  // are over, its button gives way to what is to be said then.
  const countDown = (form) => {
    const ends = performance.now() + Number(form.dataset.endsIn);
    const [until, over, progress] = ["[data-until]", "[data-over]", "progress"].map((what) => form.querySelector(what));
    const seconds = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "second" });
    const count = until.cloneNode();
    count.setAttribute("aria-hidden", "true");
    until.className = "hidden";
    until.after(count);

    const tick = () => {
      const left = Math.max(0, ends - performance.now());
      progress.value = left;
      count.textContent = seconds.format(Math.ceil(left / 1000));
      if (left > 0 || isBusy(form)) return;
      clearInterval(ticking);
      if (form.contains(document.activeElement)) form.closest("[tabindex]").focus();
      over.hidden = false;
      form.querySelectorAll("[data-until], button, progress").forEach((part) => part.remove());
    };
    const ticking = setInterval(tick, 1000);
    tick();
  };
  const counted = new WeakSet();
  const countAll = () => document.querySelectorAll("form[data-ends-in]").forEach((form) => counted.has(form) || countDown(counted.add(form) && form));
  document.addEventListener("htmx:after:swap", countAll);
  countAll();

  // A link with data-dialog="ID" opens that part of its page over this one. data-close in it closes it; so does Escape.
  const openDialog = async (link) => {
    if (isBusy(link)) return;
    setBusy(link, true);
    try {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = answer.ok && page.getElementById(link.dataset.dialog);
      if (!part) return location.assign(link.href);
      showDialog(part);
    } catch {
      location.assign(link.href);
    } finally {
      setBusy(link, false);
    }
  };

  const showDialog = (part) => {
    part.querySelectorAll("[data-when]").forEach((one) => (one.hidden = !document.querySelector(one.dataset.when)));
    const dialog = document.createElement("dialog");
    dialog.append(document.adoptNode(part));
    if (part.hasAttribute("aria-labelledby")) dialog.setAttribute("aria-labelledby", part.getAttribute("aria-labelledby"));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog], [data-close]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain) return;
    const dialog = link.closest("dialog");
    if (link.dataset.dialog) openDialog(link);
    else if (dialog) dialog.close();
    else return;
    event.preventDefault();
  });

  // The check box in the head of a list ticks all rows of the page, and shows whether all of them are ticked, or some.
  const showAll = (form) => {
    const boxes = [...form.querySelectorAll("td [type=checkbox]")], ticked = boxes.filter((box) => box.checked).length;
    const head = form.querySelector("[data-all]");
    head.checked = ticked === boxes.length;
    head.indeterminate = !head.checked && ticked > 0;
  };
  const showEach = () => document.querySelectorAll(".selection").forEach(showAll);

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-all]")) target.form.querySelectorAll("td [type=checkbox]").forEach((box) => (box.checked = target.checked));
    showEach();
  });
  document.addEventListener("reset", () => setTimeout(showEach));
  window.addEventListener("pageshow", showEach);

  // Keys: what has aria-keyshortcuts is reached by them; j and k go through the rows of a table, where Enter opens the
  // one that is reached because its link has the focus, and x ticks it. While typing they are letters.
  const isTyping = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

  const press = (key) => {
    const element = document.querySelector(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
    if (!element) return false;
    if (isTyping(element)) {
      element.focus();
      element.select();
    } else {
      element.click();
    }
    return true;
  };

  // Whoever has turned the keys of one letter off is not told of them either. What tells of keys tells of those that do
  // something on this page.
  const areOff = document.documentElement.dataset.keys === "off";
  if (areOff) document.querySelectorAll("[aria-keyshortcuts]").forEach((element) => element.getAttribute("aria-keyshortcuts").length === 1 && element.removeAttribute("aria-keyshortcuts"));

  const goThroughRows = (step) => {
    const links = [...document.querySelectorAll("main tbody tr")].map((row) => row.querySelector("a[href]")).filter(Boolean);
    const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = at < 0 ? links[step > 0 ? 0 : links.length - 1] : links[at + step];
    next?.focus();
    next?.closest("tr").scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (press("Control+Enter")) event.preventDefault();
      return;
    }
    const box = target.closest("[data-typeahead]");
    if (box) walk(event, box);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(target) || areOff && key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (key === "j" || key === "k") goThroughRows(key === "j" ? 1 : -1);
    else if (key === "x") target.closest("tr")?.querySelector("[type=checkbox]")?.click();
    else if (["/", "n", "u", "h", "l", "?", "Escape"].includes(key) && press(key)) event.preventDefault();
  });
})();
