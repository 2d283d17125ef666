// Clocks tick between two looks at the server, and letters press what they name. Without this file
// the pages show the clocks as they were, and everything is done by Tab and Enter.
(() => {
  const two = (n) => String(n).padStart(2, "0");
  const words = (seconds) => {
    const s = Math.abs(seconds), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };
  const begun = new WeakMap();
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-left]")) {
      if (!begun.has(clock)) begun.set(clock, performance.now());
      const gone = ((performance.now() - begun.get(clock)) / 1000) * Number(clock.dataset.speed);
      const left = Math.round(Number(clock.dataset.left) - gone);
      const text = left < 0 ? clock.dataset.over : clock.dataset.remains;
      clock.textContent = text.replace("%(time)s", words(left));
      clock.classList.toggle("over", left < 0);
    }
  };
  tick();
  setInterval(tick, 1000);

  const move = (by) => {
    const rows = [...document.querySelectorAll("[data-keys] .go")];
    const at = rows.indexOf(document.activeElement);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) next.focus();
  };
  const press = (element) => {
    if (element.tagName === "SUMMARY") {
      element.parentElement.open = true;
      const field = element.parentElement.querySelector("input:not([type=hidden]), select, textarea");
      (field || element).focus();
    } else element.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const inField = event.target.closest("input, select, textarea");
    if (inField) {
      if (event.key === "Escape") inField.blur();
      return;
    }
    if (event.key === "j" || event.key === "k") return move(event.key === "j" ? 1 : -1);
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    press(wanted);
  });
})();
