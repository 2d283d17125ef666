// Drawing on the map: a circle by click and drag, a polygon corner by corner. The form's fields
// are the truth: what is drawn is written into them, and what is typed or pasted there is drawn.
(() => {
  if (window.guihangDraw) return;
  window.guihangDraw = true;
  const CIRCLE = ["latitude", "longitude", "radius_km"], MOST_HANDLES = 80, TURN = 360;
  const rounded = (number) => String(Math.round(number * 10_000) / 10_000);
  const onGlobe = (lon) => lon - TURN * Math.floor((lon + 180) / TURN);

  const geometryIn = (text) => {
    try {
      let found = JSON.parse(text);
      if (found.type === "FeatureCollection") found = found.features.length === 1 ? found.features[0] : {};
      if (found.type === "Feature") found = found.geometry;
      const depth = { Polygon: 3, MultiPolygon: 4 }[found.type];
      const sound = (value, left) => left ? Array.isArray(value) && value.length > 0 && value.every((part) => sound(part, left - 1))
        : Number.isFinite(value);
      return depth && sound(found.coordinates, depth) ? found : null;
    } catch { return null; }
  };

  class Drawing {
    constructor(box, map, grounds) {
      Object.assign(this, { box, map, grounds, corners: [], put: {}, dragging: null });
      this.form = box.closest("form");
      this.tools = box.closest(".map").querySelector("[data-map-tools]");
      this.shape = L.layerGroup().addTo(map);
      this.handles = L.layerGroup().addTo(map);
      this.tools.hidden = false;
      this.tools.addEventListener("click", (event) => this.act(event.target.closest("button")?.dataset.act));
      for (const name of [...CIRCLE, "polygon"]) {
        this.field(name)?.addEventListener("input", () => this.typed(name));
      }
      map.on("click", (event) => this.place([event.latlng.lat, event.latlng.lng]));
      map.on("moveend", () => { if (!this.dragging) this.showHandles(); });
      this.corners = this.simpleRing();
      this.setMode(this.text("polygon") ? "polygon" : "circle");
      this.show({ look: true });
    }

    field(name) { return this.form.elements[name]; }
    text(name) { return this.field(name)?.value.trim() ?? ""; }
    write(values) {
      for (const [name, value] of Object.entries(values)) if (this.field(name)) this.field(name).value = value;
    }

    // -- What the fields say ---------------------------------------------------------------

    circle() {
      if (CIRCLE.some((name) => !this.text(name))) return null;
      const [lat, lon, km] = CIRCLE.map((name) => Number(this.text(name)));
      const sound = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && km > 0 && km <= 20_004;
      return sound ? [lat, lon, km * 1000] : null;
    }
    ground() {
      const polygon = geometryIn(this.text("polygon"));
      if (polygon) return [{ polygon }];
      const circle = this.circle();
      return circle ? [{ circle }] : [];
    }
    // The corners of a polygon that can be moved one by one; of any other none.
    simpleRing() {
      const found = geometryIn(this.text("polygon"));
      const ring = found?.type === "Polygon" && found.coordinates.length === 1 ? found.coordinates[0] : [];
      return ring.length <= MOST_HANDLES ? ring.slice(0, -1).map(([lon, lat]) => [lat, lon]) : [];
    }

    // -- What is done ----------------------------------------------------------------------

    act(name) {
      const { lat, lng } = this.map.getCenter();
      if (name === "circle" || name === "polygon") this.setMode(name, { swap: true });
      if (name === "here") this.place([lat, lng]);
      if (name === "undo") this.undo();
      if (name === "clear") this.clear();
    }
    setMode(mode, { swap = false } = {}) {
      if (mode === "polygon" && !this.field("polygon")) return;
      this.mode = mode;
      for (const button of this.tools.querySelectorAll("[data-act]")) {
        if (["circle", "polygon"].includes(button.dataset.act)) button.setAttribute("aria-pressed", String(button.dataset.act === mode));
        if (button.dataset.act === "undo") button.hidden = mode !== "polygon";
      }
      for (const hint of this.box.closest(".map").querySelectorAll("[data-hint]")) hint.hidden = hint.dataset.hint !== mode;
      if (swap) this.swap(mode);
    }
    // Going from one shape to the other puts what there was aside and brings back what was aside.
    swap(mode) {
      const now = Object.fromEntries([...CIRCLE, "polygon"].map((name) => [name, this.text(name)]));
      const empty = { latitude: "", longitude: "", radius_km: "", polygon: "" };
      if (mode === "polygon" && now.latitude && !now.polygon) {
        this.put.circle = now;
        if (this.put.polygon) this.write({ ...empty, polygon: this.put.polygon.polygon });
      } else if (mode === "circle" && (now.polygon || this.corners.length)) {
        this.put.polygon = now;
        this.write({ ...empty, ...(this.put.circle ?? {}), polygon: "" });
      }
      this.corners = this.simpleRing();
      this.show();
    }
    place([lat, lon]) {
      const where = [Math.max(-90, Math.min(90, lat)), onGlobe(lon)];
      if (this.mode === "circle") return this.putCircle(where);
      this.corners.push(where);
      return this.putCorners();
    }
    putCircle([lat, lon]) {
      const radius = this.text("radius_km") || this.box.dataset.radius || "100";
      this.write({ latitude: rounded(lat), longitude: rounded(lon), radius_km: radius, polygon: "" });
      this.corners = [];
      this.show();
    }
    putCorners() {
      const ring = [...this.corners, this.corners[0]].map((corner) => corner && [Number(rounded(corner[1])), Number(rounded(corner[0]))]);
      const polygon = this.corners.length > 2 ? JSON.stringify({ type: "Polygon", coordinates: [ring] }) : "";
      this.write({ latitude: "", longitude: "", radius_km: "", polygon });
      this.show();
    }
    undo() {
      this.corners.pop();
      this.putCorners();
    }
    clear() {
      this.corners = [];
      this.write({ latitude: "", longitude: "", radius_km: "", polygon: "" });
      this.show();
    }
    typed(name) {
      if (name === "polygon") this.corners = this.simpleRing();
      if (this.text(name)) this.setMode(name === "polygon" ? "polygon" : "circle");
      this.show({ look: true });
    }

    // -- What is seen ----------------------------------------------------------------------

    show({ look = false } = {}) {
      const ground = this.ground(), half = this.mode === "polygon" && !ground.length ? this.corners : [];
      window.guihangMap.layGround(this.shape, ground, "map-ground is-new");
      if (half.length > 1) L.polyline(half.map((corner) => this.near(corner)), { className: "map-ground is-new", interactive: false }).addTo(this.shape);
      if (look && ground.length) window.guihangMap.sight(this.map, this.box, [...this.grounds, ...ground]);
      this.showHandles();
      this.box.dataset.drawn = ground.length ? Object.keys(ground[0])[0] : "";
      this.box.dataset.corners = String(this.corners.length);
    }
    // The copy of a place that is nearest to the middle of the sheet.
    near([lat, lon]) { return [lat, lon - TURN * Math.round((lon - this.map.getCenter().lng) / TURN)]; }
    handle(place, className, moved) {
      const icon = L.divIcon({ className: `map-handle ${className}`, iconSize: [28, 28] });
      const marker = L.marker(this.near(place), { icon, draggable: true, keyboard: false, autoPan: true, zIndexOffset: 2000 });
      marker.on("dragstart", () => { this.dragging = marker; });
      marker.on("drag", () => moved(marker.getLatLng()));
      marker.on("dragend", () => { this.dragging = null; this.show(); });
      // A click on a handle is not a click on the sheet.
      marker.on("click", L.DomEvent.stopPropagation);
      return marker.addTo(this.handles);
    }
    showHandles() {
      if (this.dragging) return this.moveHandles();
      this.handles.clearLayers();
      this.rim = null;
      const circle = this.mode === "circle" ? this.circle() : null;
      if (circle) return this.circleHandles(circle);
      if (this.mode !== "polygon") return undefined;
      return this.corners.forEach((corner, number) => this.handle(corner, "is-corner", ({ lat, lng }) => {
        this.corners[number] = [lat, onGlobe(lng)];
        this.putCorners();
      }));
    }
    circleHandles([lat, lon, radius]) {
      const rim = window.guihangMap.ahead([lat, lon], radius, 90);
      this.handle([lat, lon], "is-centre", (to) => this.putCircle([to.lat, onGlobe(to.lng)]));
      this.rim = this.handle([rim[0], onGlobe(rim[1])], "is-rim", (to) => {
        const [nowLat, nowLon] = this.circle();
        const km = window.guihangMap.metres([nowLat, nowLon], [to.lat, to.lng]) / 1000;
        this.write({ radius_km: String(km < 10 ? Math.max(.1, Math.round(km * 10) / 10) : Math.round(km)) });
        this.show();
      });
    }
    // While the centre is dragged the handle on the rim goes along.
    moveHandles() {
      const circle = this.circle();
      if (!circle || !this.rim || this.rim === this.dragging) return;
      const [lat, lon] = window.guihangMap.ahead(circle, circle[2], 90);
      this.rim.setLatLng(this.near([lat, onGlobe(lon)]));
    }
  }

  document.addEventListener("mapready", ({ target, detail }) => {
    if (target.hasAttribute("data-edit")) target.drawing = new Drawing(target, detail.map, detail.grounds);
  });
})();
