// A list of 100,000 keeps only the rows around what is in sight: chunks far away are emptied to
// their height, and fetched again when they come near.
(() => {
  const roll = document.getElementById("roll");
  if (!roll || !window.htmx) return;
  const emptied = (chunk) => chunk.dataset.height !== undefined;
  const empty = (chunk) => {
    if (emptied(chunk) || chunk.contains(document.activeElement)) return;
    chunk.dataset.height = String(chunk.offsetHeight);
    const cell = document.createElement("td"), row = document.createElement("tr");
    cell.colSpan = 7;
    cell.style.height = `${chunk.dataset.height}px`;
    cell.style.padding = "0";
    row.append(cell);
    chunk.replaceChildren(row);
  };
  const fill = async (chunk) => {
    if (!emptied(chunk) || chunk.dataset.filling) return;
    chunk.dataset.filling = "yes";
    const address = new URL(chunk.dataset.rows, location.href), headers = { "HX-Request": "true" };
    const options = { credentials: "same-origin", redirect: "manual", headers };
    if (chunk.dataset.name !== undefined) {
      const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
      options.method = "POST";
      options.headers["X-CSRFToken"] = token;
      options.body = new URLSearchParams({ name: chunk.dataset.name, after: chunk.dataset.after });
    } else {
      address.searchParams.set("after", chunk.dataset.after);
    }
    const answer = await fetch(address, options).catch(() => null);
    delete chunk.dataset.filling;
    if (!answer?.ok) return;
    const found = document.createElement("table");
    found.innerHTML = await answer.text();
    chunk.replaceChildren(...found.querySelector("[data-chunk]").children);
    delete chunk.dataset.height;
  };
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) (isIntersecting ? fill : empty)(target);
  }, { root: roll, rootMargin: "250% 0px" });
  const watch = () => {
    for (const chunk of roll.querySelectorAll("[data-chunk]:not([data-watched])")) {
      chunk.dataset.watched = "yes";
      near.observe(chunk);
    }
  };
  watch();
  document.body.addEventListener("htmx:afterSettle", watch);
})();
