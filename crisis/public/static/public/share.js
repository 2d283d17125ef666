// The position is read only when the box is ticked; the page does all its work without this file.
(() => {
  if (!navigator.geolocation) return;
  const show = () => document.querySelectorAll("[data-share]").forEach((part) => { part.hidden = false; });
  const read = (part) => {
    const box = part.querySelector("[data-share-box]");
    const state = part.querySelector("[data-share-state]");
    const fill = (latitude, longitude, accuracy) => {
      part.querySelector("[name=latitude]").value = latitude;
      part.querySelector("[name=longitude]").value = longitude;
      part.querySelector("[name=accuracy_m]").value = accuracy;
    };
    fill("", "", "");
    state.textContent = "";
    if (!box.checked) return;
    state.textContent = state.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (!box.checked) return;
        fill(coords.latitude, coords.longitude, coords.accuracy);
        state.textContent = state.dataset.found;
      },
      () => { box.checked = false; state.textContent = state.dataset.failed; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-share-box]")) read(event.target.closest("[data-share]"));
  });
  document.addEventListener("page:shown", show);
  show();
})();
