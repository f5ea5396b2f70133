// The pages work without this file. With it: one part a screen, answers kept encrypted on the device, Send that
// waits for the network (M7), hints (U-12), posts of one size, and a kiosk that wipes itself.
(() => {
  "use strict";
  const SIZE = 24576, LONGEST = 65536, DRAFT = 16384, TIMEOUT = 30e3, RETRY = 20e3, SLOW = 1e3, IDLE = 60e3, LAST = 30e3;
  const OURS = ["code", "lang", "sheet", "kiosk", "try"];
  const HINTS = null; // put in by the server, as the words are: templates/hints.json
  const WORDS = null; // of the notices below, in both languages
  const ICONS = {
    error: "M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM8 4.5v4.2M8 10.6v1.2",
    caution: "M8 1.8 15 14H1zM8 6v4M8 11.4v1.2",
    information: "M1.3 8a6.7 6.7 0 1 0 13.4 0a6.7 6.7 0 1 0-13.4 0M8 7.2v4.4M8 4.2v1.2",
  };

  let main, form, steps, here, first, kept, found, memory, vault, saved, busy, owed, waiting, watching, touched;
  let work = Promise.resolve();
  const at = (id) => document.getElementById(id);
  const is = (page) => main.dataset.page === page;
  const value = (name) => form.elements[name] ? form.elements[name].value : "";
  const kiosk = document.querySelector("main").dataset.kiosk === "1";

  // ---- which page this is, and what goes on it -------------------------------------------------------------------

  function begin() {
    main = document.querySelector("main");
    form = at("f");
    for (const each of main.querySelectorAll(".scripted, .unscripted")) each.hidden = each.matches(".unscripted");
    if (form) form.onsubmit = (event) => { event.preventDefault(); pressed(event.submitter); };
    if (is("code")) code();
    if (is("questions")) questions();
    if (is("receipt")) received();
    main.onclick = clicked;
    // At a kiosk the page of the wave would be a window that nobody finds back from.
    if (kiosk) for (const each of main.querySelectorAll("a[target]")) each.hidden = true;
    watch();
  }

  function code() {
    const field = at("code"), language = at("language");
    const take = () => {
      let typed = location.hash.slice(1);
      if (!typed) return;
      try { typed = decodeURIComponent(typed); } catch { /* a broken escape stays as it was typed */ }
      field.value = typed;
      history.replaceState(null, "", location.pathname + location.search);
      field.focus();
    };
    take();
    onhashchange = take;
    if (left() && !main.querySelector(".notice")) main.prepend(notice("information", "kept"));
    if (language) language.onclick = (event) => { event.preventDefault(); turn(language.href); };
  }

  // The other language with what was typed, which no address and no history may hold.
  async function turn(address) {
    try {
      const page = parsed(await (await fetch(address, { cache: "no-store" })).text()), text = value("code");
      if (busy || !is("code")) return;
      history.replaceState(null, "", address);
      put(page);
      at("code").value = text;
      meet(at("language"));
    } catch { tell("error", "away", {}); }
  }

  function questions() {
    onhashchange = null;
    steps = [at("letter"), ...form.querySelectorAll("section")];
    at("forward").onclick = () => go(here + 1);
    at("back").onclick = () => go(here - 1);
    form.onchange = form.oninput = () => { save(); hint(); };
    hint();
    at("progress").hidden = false;
  }

  function received() {
    erase();
    kept = first = vault = null;
    const print = at("print");
    print.hidden = kiosk;
    print.onclick = () => window.print();
    // On paper, and copied from a kiosk, a link is of no use without its address.
    for (const each of main.querySelectorAll("a[target]")) each.after(made("span", "address", each.href.split("?")[0]));
    if (kiosk) at("leave").hidden = false;
  }

  // ---- one part a screen ------------------------------------------------------------------------------------------

  function step(n, focus = true) {
    here = Math.max(0, Math.min(n, steps.length - 1));
    steps.forEach((each, i) => { each.hidden = i !== here; });
    const last = here === steps.length - 1, forward = at("forward");
    forward.hidden = last;
    forward.textContent = here ? forward.dataset.next : forward.dataset.begin;
    at("finish").hidden = at("unsent").hidden = !last;
    at("back").hidden = here === 0;
    at("progress").value = here;
    main.classList.toggle("walking", here > 0);
    const heading = here ? steps[here].querySelector("h2") : main.querySelector("h1");
    document.title = here ? `${heading.textContent}, ${main.querySelector("h1").textContent}` : kept.title;
    scrollTo(0, 0);
    if (focus) meet(heading);
  }

  function go(n) {
    for (const old of main.querySelectorAll(":scope > .notice")) old.remove();
    step(n);
    note({ at: here });
    save();
  }

  // Each screen is one step of the browser's own Back, but not at a kiosk: what was typed there may not come back.
  const note = (state) => kiosk ? history.replaceState(null, "") : history.pushState(state, "");

  function meet(element) {
    if (!element.matches("a, button, input, textarea")) element.tabIndex = -1;
    element.focus();
  }

  function reveal(id) {
    const target = at(id), part = target && steps.findIndex((each) => each.contains(target));
    if (!(part > 0)) return;
    step(part, false);
    const field = target.querySelector(":checked") || target.querySelector("input, textarea");
    meet(field || target);
    (target.closest("fieldset, .field") || target).scrollIntoView();
  }

  function clicked(event) {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    if (is("questions")) reveal(link.hash.slice(1));
    else meet(at(link.hash.slice(1)));
  }

  // ---- sending ----------------------------------------------------------------------------------------------------

  function pressed(button) {
    if (busy) return;
    const action = (button && button.getAttribute("formaction")) || form.getAttribute("action");
    const [path, item] = action.split("#");
    // Enter on an answer presses the first button of the page: here it leads to the next part.
    if (is("questions") && button && button.matches(".unseen") && here < steps.length - 1) return go(here + 1);
    if (is("check") && path === "/w/start" && kept && !(button && button.name)) return back(item);
    send(path, button, item || (is("questions") && here ? steps[here].querySelector("h2").id : ""));
  }

  function back(item) {
    put(kept);
    step(steps.length - 1);
    if (item) reveal(item);
    note({ at: here });
  }

  // Nothing is changed that is not in the post under way: the page that comes would not have it.
  function lock(on) {
    busy = on;
    for (const each of form.querySelectorAll("textarea, .code")) each.readOnly = on;
  }

  addEventListener("click", (event) => {
    if (busy && event.target.closest("main, .top")) { event.preventDefault(); event.stopPropagation(); }
  }, true);

  const parsed = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    return { title: page.title, lang: page.documentElement.lang, top: page.querySelector(".top"),
      main: page.querySelector("main[data-page]") };
  };

  // `again`: sent by itself, once more; what stands on the page and where the focus is are left alone.
  async function send(path, button, target, again = false) {
    if (busy) return;
    const fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.append(button.name, button.value);
    const dropping = path === "/w/drop", label = button && button.textContent;
    if (button && button.dataset.sending) button.textContent = at("said").textContent = button.dataset.sending;
    const slow = setTimeout(() => { if (button && !dropping) button.textContent = word("slow"); }, SLOW);
    lock(true);
    if (again) quiet();
    else still();
    let status = 0, page = null;
    try {
      vault = await open(value("code"));
      const reply = await fetch(path, {
        method: "POST", body: padded(fields), redirect: "error", cache: "no-store",
        signal: AbortSignal.timeout && AbortSignal.timeout(TIMEOUT),
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
      });
      status = reply.status;
      page = parsed(await reply.text());
    } catch { /* no answer, or half of one: said below */ }
    lock(false);
    clearTimeout(slow);
    if (button && label) button.textContent = label;
    const retry = (again) => send(path, button, target, again);
    const none = !status || !page;
    if (dropping) owed = none ? retry : null;
    // Whatever else is tried while a Send waits, it goes on waiting.
    if (none) return wait(owed || retry);
    const answer = page.main, promised = owed;
    if (!answer) return tell("error", dropping ? "unsure" : "away", { again: () => retry(false) });
    if (answer.dataset.page === "message" && status !== 403) return refuse(answer, status);
    if (status === 403 || status === 404) erase();
    await show(page, target);
    if (promised && !kiosk && is("check")) send("/w/drop", at("send"), "");
  }

  // Posts of one size, of twice that where long comments need it: who counts bytes learns nothing else.
  function padded(fields) {
    fields.append("pad", "");
    const missing = (SIZE - String(fields).length % SIZE) % SIZE;
    if (String(fields).length + missing <= LONGEST) fields.set("pad", ".".repeat(missing));
    return String(fields);
  }

  async function show(view, target) {
    const from = main.dataset.page, moved = from !== view.main.dataset.page;
    if (from === "questions") kept = { ...now(), title: kept.title };
    if (from === "code" && moved) first = now();
    put(view);
    if (is("questions")) await walk(target, from === "code" || found);
    else if (is("check") && kept && kept.lang !== view.lang) kept = null;
    if (moved) note({ at: is("questions") ? here : main.dataset.page });
    const urgent = main.querySelector("[autofocus], [data-told]");
    if (urgent || !is("questions")) meet(urgent || main.querySelector("h1"));
  }

  // Opens a questionnaire at the part it was left at; one that comes empty is asked for what is kept on the device.
  async function walk(target, fresh) {
    kept = now();
    const errors = main.querySelector("[autofocus] a");
    step(0, false);
    if (errors) {
      reveal(errors.hash.slice(1));
      document.title = kept.title;
    } else if (target) reveal(target);
    vault = await open(value("code"));
    if (typed().length) return save();
    found = fresh && (await load() || memory);
    if (!found || !found.typed.length || (found === memory && memory.code !== value("code"))) found = null;
    if (!found) return target || meet(main.querySelector("h1"));
    ask();
  }

  // M6: nothing is saved, and no question is open, before the person has decided.
  function ask() {
    step(0, false);
    at("forward").hidden = true;
    tell("information", "found", {
      continue: () => { const draft = found; found = null; fill(draft); hint(); go(draft.at || 1); },
      erase: () => { found = null; erase(); step(0); },
    });
  }

  const now = () =>
    ({ title: document.title, lang: document.documentElement.lang, top: document.querySelector(".top"), main });

  function put(view) {
    document.title = view.title;
    document.documentElement.lang = view.lang;
    document.querySelector(".top").replaceWith(view.top);
    owed = null;
    quiet();
    main.replaceWith(view.main);
    begin();
    scrollTo(0, 0);
  }

  // ---- what is said when it did not work --------------------------------------------------------------------------

  function made(tag, name, text) {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  }

  const word = (name) => WORDS[document.documentElement.lang][name];

  function button(text, name, does) {
    const element = made("button", name, word(text));
    element.type = "button";
    element.onclick = does;
    return element;
  }

  function notice(kind, text) {
    const element = made("div", `notice ${kind}`, "");
    element.innerHTML = `<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor"
      stroke-width="1.5" aria-hidden="true"><path d="${ICONS[kind]}"/></svg><div></div>`;
    element.lastChild.append(made("p", "", word(text) || text));
    return element;
  }

  function tell(kind, text, answers) {
    const told = notice(kind, text), choices = made("p", "choices", "");
    for (const [name, does] of Object.entries(answers)) {
      choices.append(button(name, name === "continue" ? "go" : "outline", () => { told.remove(); does(); }));
    }
    if (choices.firstChild) told.lastChild.append(choices);
    told.dataset.told = text;
    told.setAttribute("role", "alert");
    still();
    main.prepend(told);
    scrollTo(0, 0);
    meet(told);
  }

  function wait(again) {
    const dropping = again === owed, text = !dropping ? "away" : kiosk ? "waitingKiosk" : saved ? "waiting" : "waitingOpen";
    if (!main.querySelector(`[data-told=${text}]`)) tell("error", text, { again: () => again(false) });
    if (!dropping || kiosk) return;
    waiting = setTimeout(again, RETRY, true);
    ononline = () => again(true);
  }

  function quiet() {
    clearTimeout(waiting);
    ononline = null;
  }

  function still() {
    quiet();
    for (const old of main.querySelectorAll(":scope > .notice:is(.error, [data-told])")) old.remove();
  }

  function refuse(answer, status) {
    const said = [...answer.querySelectorAll("h1, h1 + p")].map((each) => each.textContent).join(". ");
    tell("error", status === 413 ? "long" : said, {});
  }

  // ---- the draft on the device: AES-256-GCM under HKDF(code); without a secure connection there is none ------

  const utf8 = (text) => new TextEncoder().encode(text);

  async function open(typed) {
    const symbols = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    const digits = [...symbols].map((each) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(each));
    if (kiosk || digits.length !== 16 || digits.includes(-1)) return null;
    const bits = digits.map((each) => each.toString(2).padStart(5, "0")).join("");
    const bytes = Uint8Array.from(bits.match(/.{8}/g), (each) => parseInt(each, 2));
    const how = (info) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(info) });
    try {
      const secret = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey", "deriveBits"]);
      const key = await crypto.subtle.deriveKey(how("assess/draft/v1"), secret, { name: "AES-GCM", length: 256 }, false,
        ["encrypt", "decrypt"]);
      const place = new Uint8Array(await crypto.subtle.deriveBits(how("assess/draft/v1/place"), secret, 64));
      localStorage.length; // refused by some browsers: then nothing is kept
      return { key, place: "assess-" + [...place].map((each) => each.toString(16).padStart(2, "0")).join("") };
    } catch { return null; }
  }

  const typed = () => [...new FormData(form)].filter(([name, text]) => !OURS.includes(name) && text.trim());

  // One after the other, so that nothing is written back after it was erased.
  const then = (job) => { work = work.then(job).catch(() => {}); return work; };

  function save() {
    if (found || kiosk || !is("questions")) return;
    memory = { at: here, typed: typed(), code: value("code") };
    const own = vault, words = JSON.stringify({ at: here, typed: memory.typed });
    const until = form.dataset.until;
    if (own) then(async () => {
      saved = false; // what the device has no room for is not said to be kept
      const iv = crypto.getRandomValues(new Uint8Array(12)), clear = utf8(words);
      const room = new Uint8Array(DRAFT * Math.ceil(clear.length / DRAFT)).fill(32);
      room.set(clear);
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, own.key, room));
      localStorage.setItem(own.place, until + btoa([...iv, ...sealed].map((each) => String.fromCharCode(each)).join("")));
      saved = true;
    });
  }

  // Whether a draft lies here; those of surveys that are long closed are thrown away.
  function left() {
    if (kiosk) return false;
    try {
      const places = Object.keys(localStorage).filter((place) => place.startsWith("assess-"));
      const old = places.filter((place) => Date.parse(localStorage.getItem(place).slice(0, 10)) < Date.now());
      old.forEach((place) => localStorage.removeItem(place));
      return places.length > old.length;
    } catch { return false; }
  }

  function erase() {
    const own = vault;
    memory = null;
    if (own) then(() => localStorage.removeItem(own.place));
  }

  async function load() {
    await work;
    const own = vault, lying = own && localStorage.getItem(own.place);
    if (!lying) return null;
    try {
      const bytes = Uint8Array.from(atob(lying.slice(10)), (each) => each.charCodeAt(0));
      const clear = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, own.key, bytes.slice(12));
      return JSON.parse(new TextDecoder().decode(clear));
    } catch { localStorage.removeItem(own.place); return null; }
  }

  function fill(draft) {
    for (const [name, text] of draft.typed) if (form.elements[name]) form.elements[name].value = text;
  }

  // ---- hints (U-12): the same rules as the server's; they ask, and never block -------------------------------------

  const rule = (source) => new RegExp(source.replace(/\{(letter|upper|honorifics)\}/g,
    (_, place) => place === "honorifics" ? HINTS.honorifics.join("|") : HINTS[place]), "gu");

  function names(text) {
    const like = (word) => word.length > 1 && word[0] !== word[0].toLowerCase() && word !== word.toUpperCase();
    return Object.values(HINTS.rules).some((source) => rule(source).test(text)) ||
      text.split(rule(HINTS.sentence_end)).some((sentence) => {
        const words = (sentence.match(rule(HINTS.word)) || []).slice(1);
        return words.some((word, i) => i && like(words[i - 1]) && like(word));
      });
  }

  function hint() {
    for (const area of form.querySelectorAll("textarea")) {
      const place = area.parentNode.querySelector(".naming");
      const asks = place && names(area.value);
      if (place && asks !== !!place.firstChild) place.replaceChildren(...asks ? [notice("caution", "name")] : []);
    }
  }

  // ---- the kiosk (U-14): asked after a minute, wiped half a minute later; and when the page is left ------------------

  const home = () => `/w/?kiosk=1&lang=${document.documentElement.lang.slice(0, 2)}`;

  // Without a network there is no first page to go to: the empty one waits for it.
  function wipe() {
    document.body.replaceChildren();
    if (navigator.onLine) location.replace(home());
    else ononline = () => location.replace(home());
  }

  function watch() {
    clearTimeout(watching);
    touched = Date.now();
    if (!kiosk || (is("code") && !value("code"))) return;
    watching = setTimeout(() => {
      // A device that slept: its timers slept too.
      if (Date.now() - touched >= IDLE + LAST) return wipe();
      const ask = made("dialog", "idle", ""), end = setTimeout(wipe, LAST);
      const gone = is("receipt") ? word("wiped") : `${word("wiped")} ${word("unsent")}`;
      ask.append(made("h2", "", word("idle")), made("p", "", gone), button("continue", "go", () => ask.close()));
      ask.setAttribute("aria-label", word("idle"));
      ask.onclose = () => { clearTimeout(end); ask.remove(); watch(); };
      document.body.append(ask);
      ask.showModal();
    }, IDLE);
  }

  if (kiosk) {
    for (const event of ["pointerdown", "keydown", "input", "scroll"]) {
      addEventListener(event, () => { if (!document.querySelector("dialog")) watch(); }, { passive: true });
    }
    addEventListener("pagehide", () => document.body.replaceChildren());
    addEventListener("pageshow", (event) => { if (event.persisted) location.replace(home()); });
  }

  // Where the device keeps nothing, leaving loses what was typed: asked first, but not at a kiosk.
  addEventListener("beforeunload", (event) => {
    if (!kiosk && !saved && (is("questions") || is("check")) && typed().length) event.preventDefault();
  });

  addEventListener("popstate", (event) => {
    const to = event.state && event.state.at;
    if (busy || (to === null && is("code"))) return;
    still();
    if (to === null) return first ? put(first) : location.reload();
    if (!kept) return is("check") ? send("/w/start", null, "") : location.reload();
    if (!is("questions")) put(kept);
    if (found) ask();
    else step(typeof to === "number" ? to : steps.length - 1);
  });

  begin();
  if (is("questions")) {
    history.replaceState({ at: 0 }, "");
    walk(location.hash.slice(1), true);
  } else history.replaceState(null, "");
})();
