// The player: shows one frame after the other, at their real distance in time divided by the speed.

const root = document.getElementById("replay");
if (root) open();

function open() {
  const LONGEST = 4000; // milliseconds between two frames at most
  const SHORTEST = 350;
  const byId = (name) => document.getElementById(`replay-${name}`);
  const [lcd, clock, note, scrub, place, play, state] =
    ["lcd", "clock", "note", "scrub", "place", "play", "state"].map(byId);
  const frames = [...root.querySelectorAll(".frame")];
  let at = 0;
  let timer = 0;

  function show(next) {
    at = Math.max(0, Math.min(frames.length - 1, next));
    const frame = frames[at];
    lcd.replaceChildren(frame.querySelector(".frame-lcd").cloneNode(true));
    const screen = lcd.firstElementChild;
    screen.hidden = false;
    screen.className = `frame-lcd shown-${frame.className.split("frame-")[1].split(" ")[0]}`;
    if (byId("boxes").checked) box(screen);
    clock.textContent = frame.dataset.clock;
    note.textContent = frame.querySelector(".frame-note").textContent;
    scrub.value = at;
    place.textContent = `${at + 1} / ${frames.length}`;
    for (const each of frames) each.classList.toggle("now", each === frame);
    frame.scrollIntoView({ block: "nearest" });
    light(frame);
  }

  function light(frame) {
    const name = frame.dataset.state;
    state.textContent = frame.querySelector(".frame-go").textContent.split("·").pop().trim();
    for (const lit of root.querySelectorAll(".diagram .lit-state")) lit.classList.remove("lit-state");
    const found = root.querySelector(`.diagram [id="state-${name}"]`);
    if (!found) return;
    found.classList.add("lit-state");
    const diagram = root.querySelector(".diagram");
    const middle = found.getBoundingClientRect().top - diagram.getBoundingClientRect().top;
    diagram.scrollTop += middle - diagram.clientHeight / 2;
  }

  // The text as a handset without Devanagari shows it.
  function box(element) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      text.data = text.data.replace(/[\u0900-\u097f]/gu, "□");
    }
  }

  function step(by) {
    stop();
    show(at + by);
  }

  function stop() {
    clearTimeout(timer);
    timer = 0;
    play.textContent = root.dataset.play;
    play.setAttribute("aria-pressed", "false");
  }

  function go() {
    if (at === frames.length - 1) show(0);
    play.textContent = root.dataset.pause;
    play.setAttribute("aria-pressed", "true");
    next();
  }

  function next() {
    if (at === frames.length - 1) return stop();
    const apart = 1000 * (frames[at + 1].dataset.at - frames[at].dataset.at);
    const wait = Math.min(LONGEST, Math.max(SHORTEST, apart / byId("speed").value));
    timer = setTimeout(() => { show(at + 1); next(); }, wait);
  }

  const toggle = () => (timer ? stop() : go());
  play.addEventListener("click", toggle);
  byId("back").addEventListener("click", () => step(-1));
  byId("on").addEventListener("click", () => step(1));
  byId("boxes").addEventListener("change", () => show(at));
  scrub.addEventListener("input", () => { stop(); show(Number(scrub.value)); });
  frames.forEach((frame, n) => frame.querySelector(".frame-go").addEventListener("click", () => { stop(); show(n); }));
  document.addEventListener("keydown", (event) => {
    // Controls with their own use of these keys keep it: the scrubber, the list of speeds, buttons.
    if (event.target.matches("select, input:not([type=checkbox])")) return;
    if (event.key === " " && event.target.closest("input, button, a, summary")) return;
    const does = { " ": toggle, ArrowLeft: () => step(-1), ArrowRight: () => step(1) }[event.key];
    if (!does || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    does();
  });
  show(0);
}
