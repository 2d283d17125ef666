// The planner's board: a party is dragged onto a transport or onto the waiting list, or picked by
// its button and sent by the form. Both ways end in the same form, so the same rules answer.
(() => {
  const board = () => document.getElementById("board");
  const form = () => document.getElementById("move");
  if (!board()) return;
  let dragged = null;

  const send = (party, target) => {
    const move = form();
    move.elements.party.value = party;
    move.elements.target.value = target;
    move.requestSubmit();
  };
  const aim = (event) => dragged && event.target.closest?.("[data-target]");

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-party]");
    if (!dragged) return;
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.party);
  });
  document.addEventListener("dragover", (event) => {
    const target = aim(event);
    if (!target) return;
    event.preventDefault();
    for (const one of document.querySelectorAll(".aimed")) if (one !== target) one.classList.remove("aimed");
    target.classList.add("aimed");
  });
  document.addEventListener("drop", (event) => {
    const target = aim(event);
    if (!target) return;
    event.preventDefault();
    send(dragged.dataset.party, target.dataset.target);
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    for (const one of document.querySelectorAll(".aimed")) one.classList.remove("aimed");
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pick]");
    if (!button) return;
    const move = form();
    move.elements.party.value = button.dataset.pick;
    move.scrollIntoView({ block: "nearest" });
    move.elements.target.focus();
  });

  // After a move the board is another one: what was open is opened again, and a rule that was
  // broken puts the reader on the question.
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "board") return;
    open = [...document.querySelectorAll("details[data-parties][open]")].map((one) => one.dataset.parties);
    event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "board") return;
    for (const one of open) document.querySelector(`details[data-parties="${one}"]`)?.setAttribute("open", "");
    form()?.querySelector("[role=alert] button")?.focus();
  });
})();
