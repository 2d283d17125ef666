// One call by the keyboard: 1 to 6 choose a result, Enter records it, Escape leaves a field.
// A page that is left says so.
(() => {
  const form = document.querySelector("[data-call]");
  if (!form) return;
  let sent = false;
  const writes = (element) => element.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && writes(event.target)) { event.target.blur(); return; }
    if (event.ctrlKey || event.altKey || event.metaKey || writes(event.target)) return;
    const button = form.querySelector(`button[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.focus();
  });
  for (const one of document.forms) one.addEventListener("submit", () => { sent = true; });
  addEventListener("pagehide", () => {
    if (!sent) navigator.sendBeacon(form.dataset.leave, new URLSearchParams({
      csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
    }));
  });
})();
