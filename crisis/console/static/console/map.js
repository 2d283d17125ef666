// The offline map: land, the ground of an incident, towns, and counts of people at places.
// Everything comes from this site; borders are on none of it. What can be drawn is in map_draw.js.
(() => {
  if (window.guihangMap) return;
  const RADIUS_M = 6371008.8, TOP = 85.05, TURN = 360, COPIES = [-TURN, 0, TURN];
  const rad = (degrees) => degrees * Math.PI / 180, deg = (angle) => angle * 180 / Math.PI;
  const colour = (box, name) => getComputedStyle(box).getPropertyValue(name).trim();

  // -- On the sphere. It draws; who is inside is decided on WGS-84 by the server. --------------

  const metres = (a, b) => {
    const h = Math.sin(rad(b[0] - a[0]) / 2) ** 2
      + Math.cos(rad(a[0])) * Math.cos(rad(b[0])) * Math.sin(rad(b[1] - a[1]) / 2) ** 2;
    return 2 * RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
  };
  const ahead = ([lat, lon], far, bearing) => {
    const arc = far / RADIUS_M, turn = rad(bearing), phi = rad(lat);
    const sine = Math.sin(phi) * Math.cos(arc) + Math.cos(phi) * Math.sin(arc) * Math.cos(turn);
    const east = Math.atan2(Math.sin(turn) * Math.sin(arc) * Math.cos(phi), Math.cos(arc) - Math.sin(phi) * sine);
    return [deg(Math.asin(Math.max(-1, Math.min(1, sine)))), lon + deg(east)];
  };
  const vector = ([lat, lon]) =>
    [Math.cos(rad(lat)) * Math.cos(rad(lon)), Math.cos(rad(lat)) * Math.sin(rad(lon)), Math.sin(rad(lat))];
  // The shortest way between two corners, as a row of places about 50 km apart.
  const shortest = (a, b) => {
    const parts = Math.min(200, Math.ceil(metres(a, b) / 50_000));
    const p = vector(a), q = vector(b), found = [a];
    for (let n = 1; n < parts; n++) {
      const [x, y, z] = p.map((value, axis) => value + (q[axis] - value) * n / parts);
      found.push([deg(Math.atan2(z, Math.hypot(x, y))), deg(Math.atan2(y, x))]);
    }
    return found;
  };
  // Longitudes that go on beyond 180° instead of starting again at -180°.
  const unwrapped = (places, near) => {
    let last = near ?? places[0][1];
    return places.map(([lat, lon]) => {
      last = lon - TURN * Math.round((lon - last) / TURN);
      return [lat, last];
    });
  };
  // A closed outline on the sheet; one that goes round a pole is closed along the sheet's edge.
  const outline = (places, pole) => {
    const line = unwrapped([...places, places[0]]), first = line[0], last = line.at(-1);
    if (Math.abs(last[1] - first[1]) < 180) return line.slice(0, -1);
    const edge = pole ?? Math.sign(places.reduce((sum, place) => sum + place[0], 0)) * TOP;
    return [...line, [edge, last[1]], [edge, first[1]]];
  };
  const circleRings = ([lat, lon, radius]) => {
    const around = Array.from({ length: 120 }, (_, n) => ahead([lat, lon], radius, n * 3));
    const north = radius >= metres([lat, lon], [90, lon]), south = radius >= metres([lat, lon], [-90, lon]);
    if (!(north && south)) return [[outline(around, north ? TOP : -TOP)]];
    const sheet = [[TOP, lon - 180], [TOP, lon + 180], [-TOP, lon + 180], [-TOP, lon - 180]];
    return [[sheet, unwrapped(around, lon + 180)]];
  };
  const polygonRings = (geometry) => {
    const patches = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    let near = null;
    return patches.map((rings) => rings.map((ring) => {
      const corners = ring.map(([lon, lat]) => [lat, lon]);
      const places = corners.slice(0, -1).flatMap((corner, n) => shortest(corner, corners[n + 1]));
      const drawn = outline(unwrapped(places, near));
      near ??= drawn[0][1];  // what was cut at the antimeridian is shown together
      return drawn;
    }));
  };
  const ringsOf = (ground) =>
    ground.circle ? circleRings(ground.circle) : ground.polygon ? polygonRings(ground.polygon) : [];
  const shifted = (patches, by) =>
    patches.map((rings) => rings.map((ring) => ring.map(([lat, lon]) => [lat, lon + by])));

  // -- What lies on the sheet ----------------------------------------------------------------

  const kept = new Map();
  const fetched = (address) => {
    if (!kept.has(address)) {
      kept.set(address, fetch(address, { credentials: "same-origin" }).then((answer) => answer.json()));
    }
    return kept.get(address);
  };
  const unpacked = ({ unit, land }) => land.map((rings) => rings.map((flat) => {
    const ring = [[flat[1] / unit, flat[0] / unit]];
    let x = flat[0], y = flat[1];
    for (let n = 2; n < flat.length; n += 2) {
      x += flat[n]; y += flat[n + 1];
      ring.push([y / unit, x / unit]);
    }
    return ring;
  }));
  const layLand = async (map, box) => {
    const land = unpacked(await fetched(box.dataset.coast));
    map.createPane("land").style.zIndex = 200;
    const renderer = L.canvas({ pane: "land", padding: .3 });
    const style = { pane: "land", renderer, stroke: false, smoothFactor: .5, fillOpacity: 1, fillColor: colour(box, "--land"), interactive: false };
    for (const by of COPIES) L.polygon(shifted(land, by), style).addTo(map);
    box.dataset.land = "laid";
  };
  const layGround = (group, grounds, className) => {
    group.clearLayers();
    for (const ground of grounds) {
      const patches = ringsOf(ground);
      for (const by of COPIES) {
        if (patches.length) L.polygon(shifted(patches, by), { className, interactive: false, noClip: true, smoothFactor: .2 }).addTo(group);
      }
    }
  };
  const boundsOf = (grounds) => {
    const places = grounds.flatMap(ringsOf).flat(2);
    return places.length ? L.latLngBounds(places) : null;
  };
  const label = (className, text) => {
    const element = document.createElement("span");
    element.textContent = text;
    return L.divIcon({ className, html: element, iconSize: null });
  };

  // The largest towns in sight, as many as can be read; [name, latitude, longitude], largest first.
  const layTowns = async (map, box) => {
    const towns = await fetched(box.dataset.places), group = L.layerGroup().addTo(map);
    const show = () => {
      group.clearLayers();
      const taken = [], size = map.getSize(), most = size.x < 500 ? 10 : 24;
      const middle = map.getCenter().lng;
      for (const [name, lat, lon] of towns) {
        if (taken.length >= most) break;
        const place = [lat, lon - TURN * Math.round((lon - middle) / TURN)];
        const { x, y } = map.latLngToContainerPoint(place);
        if (x < 0 || y < 0 || x > size.x - 40 || y > size.y) continue;
        if (taken.some((other) => Math.abs(other.x - x) < 90 && Math.abs(other.y - y) < 24)) continue;
        taken.push({ x, y });
        L.marker(place, { icon: label("map-town", name), interactive: false, keyboard: false }).addTo(group);
      }
    };
    map.on("moveend", show);
    show();
  };

  // Several people are a circle, larger for more, with «!» and how many of them need help. One
  // person whom the asker may see is a point in the colour of their condition.
  const clusterIcon = ({ n, help, condition }) => {
    if (condition) return sized(label(`map-person ${condition}${help ? " is-help" : ""}`, ""), 18);
    const icon = label(`map-cluster${help ? " is-help" : ""}`, String(n));
    if (help) {
      const called = document.createElement("b");
      called.textContent = `!${Number(help)}`;
      icon.options.html.append(called);
    }
    return sized(icon, Math.round(Math.min(64, 24 + 6 * Math.log2(Math.max(1, n)))));
  };
  const sized = (icon, pixels) => {
    icon.options.iconSize = [pixels, pixels];
    return icon;
  };
  // A click opens the person, or looks closer. By keyboard the list of people leads there.
  const follow = (map, box, { person, lat, lon }) => {
    if (person && box.dataset.people) location.assign(`${box.dataset.people}${person}/`);
    else if (!person) map.setView([lat, lon], Math.min(map.getMaxZoom(), map.getZoom() + 2));
  };
  // Clusters [{lat, lon, n, help}] for what is in sight, by the zoom asked; one person alone has
  // `person` and `condition` too.
  const layPoints = (map, box) => {
    const group = L.layerGroup().addTo(map);
    let asked = 0;
    const show = async () => {
      const number = ++asked, sight = map.getBounds(), address = new URL(box.dataset.points, location.href);
      const said = { zoom: map.getZoom(), west: sight.getWest(), south: sight.getSouth(), east: sight.getEast(), north: sight.getNorth() };
      for (const [name, value] of Object.entries(said)) address.searchParams.set(name, String(Math.round(value * 1000) / 1000));
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || number !== asked) return;
      const found = await answer.json();
      group.clearLayers();
      for (const cluster of found.clusters) {
        const by = TURN * Math.round((map.getCenter().lng - cluster.lon) / TURN);
        const marker = L.marker([cluster.lat, cluster.lon + by], { icon: clusterIcon(cluster), keyboard: false, zIndexOffset: 1000 });
        marker.on("click", () => follow(map, box, { ...cluster, lon: cluster.lon + by })).addTo(group);
      }
      box.dataset.clusters = String(group.getLayers().length);
    };
    map.on("moveend", show);
    document.body.addEventListener("standings", show);
    show();
  };

  const sight = (map, box, grounds) => {
    const bounds = boundsOf(grounds);
    if (bounds) return map.fitBounds(bounds.pad(.25), { animate: false, maxZoom: 11 });
    const [south, west, north, east] = (box.dataset.view || "-55,-20,70,200").split(",").map(Number);
    return map.fitBounds([[south, west], [north, east]], { animate: false, maxZoom: 8 });
  };

  const start = (box) => {
    if (box.dataset.ready || typeof L === "undefined") return;
    box.dataset.ready = "yes";
    box.closest(".map").hidden = false;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(box, {
      attributionControl: false, zoomControl: false, worldCopyJump: true, scrollWheelZoom: false,
      minZoom: 1, maxZoom: 13, zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm,
    });
    L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const grounds = JSON.parse(box.dataset.grounds || "[]"), group = L.layerGroup().addTo(map);
    sight(map, box, grounds);
    layGround(group, grounds, "map-ground");
    // The wheel scrolls the page until somebody works in the map.
    map.on("focus", () => map.scrollWheelZoom.enable()).on("blur", () => map.scrollWheelZoom.disable());
    layLand(map, box);
    if (box.dataset.places) layTowns(map, box);
    if (box.dataset.points) layPoints(map, box);
    box.dispatchEvent(new CustomEvent("mapready", { detail: { map, grounds }, bubbles: true }));
  };
  const startAll = () => document.querySelectorAll("[data-map]").forEach(start);

  window.guihangMap = { ahead, boundsOf, layGround, metres, ringsOf, sight, startAll };
  document.addEventListener("DOMContentLoaded", startAll);
  document.addEventListener("htmx:load", startAll);
})();
