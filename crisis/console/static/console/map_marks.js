// Named places on the map, and putting one down: where one presses is written into latitude and
// longitude of the form, and what is typed there is shown. The fields are the truth.
(() => {
  if (window.guihangMarks) return;
  window.guihangMarks = true;
  const TURN = 360, CLOSE = 9;
  const near = (map, [lat, lon]) => [lat, lon - TURN * Math.round((lon - map.getCenter().lng) / TURN)];
  const onGlobe = (lon) => lon - TURN * Math.floor((lon + 180) / TURN);
  const rounded = (number) => String(Math.round(number * 100_000) / 100_000);
  const icon = (kind, name) => {
    const label = document.createElement("span");
    label.textContent = name;
    return L.divIcon({ className: `map-mark is-${kind}`, html: label, iconSize: null });
  };

  const layMarks = (map, marks) => {
    const group = L.layerGroup().addTo(map);
    const lay = () => {
      const taken = [];
      group.clearLayers();
      for (const { name, lat, lon, kind } of marks) {
        const at = near(map, [lat, lon]), { x, y } = map.latLngToContainerPoint(at);
        // Of two names on one spot the first is read; closer by, both are.
        const free = !taken.some((other) => Math.abs(other.x - x) < 130 && Math.abs(other.y - y) < 20);
        taken.push({ x, y });
        L.marker(at, { icon: icon(kind, free ? name : ""), interactive: false, keyboard: false, zIndexOffset: 500 }).addTo(group);
      }
    };
    map.on("moveend", lay);
    lay();
  };
  // Everything in one sight, round the antimeridian where that is nearer.
  const look = (map, places) => {
    if (!places.length) return;
    const first = places[0][1];
    const sight = places.map(([lat, lon]) => [lat, first + ((lon - first + 540) % TURN) - 180]);
    if (sight.length === 1) return map.setView(sight[0], CLOSE, { animate: false });
    return map.fitBounds(L.latLngBounds(sight).pad(.25), { animate: false, maxZoom: 11 });
  };

  const pick = (box, map) => {
    const form = box.closest("form"), fields = [form.elements.latitude, form.elements.longitude];
    const group = L.layerGroup().addTo(map);
    const typed = () => {
      const [lat, lon] = fields.map((field) => field.value.trim() && Number(field.value));
      return Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lat, lon] : null;
    };
    const show = () => {
      const place = typed();
      group.clearLayers();
      box.dataset.picked = place ? place.join(",") : "";
      if (!place) return;
      const handle = L.divIcon({ className: "map-handle is-centre", iconSize: [28, 28] });
      const marker = L.marker(near(map, place), { icon: handle, draggable: true, keyboard: false, autoPan: true, zIndexOffset: 2000 });
      marker.on("dragend", () => put(marker.getLatLng()));
      marker.on("click", L.DomEvent.stopPropagation);
      marker.addTo(group);
    };
    const put = ({ lat, lng }) => {
      fields[0].value = rounded(Math.max(-90, Math.min(90, lat)));
      fields[1].value = rounded(onGlobe(lng));
      show();
    };
    map.on("click", ({ latlng }) => put(latlng));
    box.closest(".map").querySelector("[data-pick-here]").addEventListener("click", () => put(map.getCenter()));
    for (const field of fields) field.addEventListener("change", () => { show(); if (typed()) look(map, [typed()]); });
    show();
    return typed();
  };

  document.addEventListener("mapready", ({ target, detail: { map } }) => {
    const marks = JSON.parse(target.dataset.marks || "[]");
    const picked = target.hasAttribute("data-pick") ? pick(target, map) : null;
    // Home lies half a world away: where people are gathered and go first is what one looks at.
    const first = marks.filter(({ kind }) => kind !== "home"), seen = first.length ? first : marks;
    look(map, picked ? [picked] : seen.map(({ lat, lon }) => [lat, lon]));
    layMarks(map, marks);
    target.dataset.marked = String(marks.length);
  });
})();
