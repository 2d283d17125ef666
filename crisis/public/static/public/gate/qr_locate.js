// Finds where a code lies in a picture: darkness by the neighbourhood, the three corner marks, the
// mark in the fourth quarter, and the perspective that follows.
const greys = (data, count) => Uint8Array.from({ length: count }, (_, n) => (data[n * 4] * 77 + data[n * 4 + 1] * 151 + data[n * 4 + 2] * 28) >> 8);

// Grain of a dark room: each point as the mean of itself and its neighbours.
const smooth = (grey, width, height) => {
  const soft = Uint8Array.from(grey);
  for (let y = 1; y < height - 1; y += 1) for (let x = 1; x < width - 1; x += 1) {
    let sum = 0;
    for (let n = y * width + x - width; n <= y * width + x + width; n += width) sum += grey[n - 1] + grey[n] + grey[n + 1];
    soft[y * width + x] = sum / 9;
  }
  return soft;
};

// Darker than its neighbourhood by a seventh: shadows and glare over half of a sheet do not matter.
const darkness = (grey, width, height, reach) => {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0, row = 0; x < width; x += 1) {
      row += grey[y * width + x];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  const dark = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const top = Math.max(0, y - reach), bottom = Math.min(height, y + reach + 1);
    for (let x = 0; x < width; x += 1) {
      const left = Math.max(0, x - reach), right = Math.min(width, x + reach + 1);
      const sum = sums[bottom * (width + 1) + right] - sums[top * (width + 1) + right] - sums[bottom * (width + 1) + left] + sums[top * (width + 1) + left];
      dark[y * width + x] = grey[y * width + x] * (bottom - top) * (right - left) < sum * 0.86 ? 1 : 0;
    }
  }
  return dark;
};

// -- corner marks: dark and light as 1:1:3:1:1 in every direction ----------------------------------
const isMark = (runs) => {
  const unit = runs.reduce((sum, run) => sum + run, 0) / 7;
  return unit >= 1 && runs.every((run, n) => Math.abs(run - unit * (n === 2 ? 3 : 1)) < unit * (n === 2 ? 1.5 : 0.75));
};
// The runs through (x, y) along one direction, and the middle of the mark on it; null if none.
const across = (dark, width, height, x, y, dx, dy) => {
  const at = (n) => { const px = x + dx * n, py = y + dy * n; return px < 0 || py < 0 || px >= width || py >= height ? -1 : dark[py * width + px]; };
  const runs = [0, 0, 0, 0, 0];
  const walk = (step, order) => {
    let n = step > 0 ? 1 : 0;
    for (const [slot, colour] of order) while (at(step * n) === colour) { runs[slot] += 1; n += 1; if (n > 400) return n; }
    return n;
  };
  const back = walk(-1, [[2, 1], [1, 0], [0, 1]]);
  walk(1, [[2, 1], [3, 0], [4, 1]]);
  if (runs.includes(0) || !isMark(runs)) return null;
  const begin = -back + 1;
  return { middle: begin + runs[0] + runs[1] + runs[2] / 2 - 0.5, unit: runs.reduce((sum, run) => sum + run, 0) / 7 };
};
const marks = (dark, width, height) => {
  const found = [];
  const note = (x, y, unit) => {
    const near = found.find((one) => Math.hypot(one.x - x, one.y - y) < one.unit * 3);
    if (!near) { found.push({ x, y, unit, seen: 1 }); return; }
    near.x += (x - near.x) / (near.seen + 1);
    near.y += (y - near.y) / (near.seen + 1);
    near.seen += 1;
  };
  for (let y = 0; y < height; y += 2) {
    let runs = [], colour = 0, length = 0;
    for (let x = 0; x <= width; x += 1) {
      const now = x < width ? dark[y * width + x] : 2;
      if (now === colour) { length += 1; continue; }
      runs = [...runs.slice(-4), length];
      if (colour === 1 && runs.length === 5 && isMark(runs)) look(x, y, runs);
      colour = now; length = 1;
    }
  }
  function look(x, y, runs) {
    const middle = Math.round(x - runs[4] - runs[3] - runs[2] / 2);
    const down = across(dark, width, height, middle, y, 0, 1);
    if (!down) return;
    const row = Math.round(y + down.middle), flat = across(dark, width, height, middle, row, 1, 0);
    if (flat) note(middle + flat.middle, y + down.middle, (flat.unit + down.unit) / 2);
  }
  return found.filter((one) => one.seen > 1).sort((a, b) => b.seen - a.seen).slice(0, 9);
};
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
// Threes that could be the corners of one code, the likeliest first: top left, top right, below.
const threes = (found) => {
  const sets = [];
  for (let a = 0; a < found.length; a += 1) for (let b = a + 1; b < found.length; b += 1) for (let c = b + 1; c < found.length; c += 1) {
    const corners = [found[a], found[b], found[c]];
    const units = corners.map((one) => one.unit);
    if (Math.max(...units) > Math.min(...units) * 1.8) continue;
    const [p, q, r] = corners.map((one) => [one, ...corners.filter((other) => other !== one)]).sort((m, n) => distance(n[1], n[2]) - distance(m[1], m[2]))[0];
    const sides = [distance(p, q), distance(p, r)], long = distance(q, r);
    const off = Math.abs(sides[0] - sides[1]) / long + Math.abs(Math.hypot(...sides) - long) / long;
    if (off > 0.5) continue;
    const turn = (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    sets.push({ off, corners: turn > 0 ? [p, q, r] : [p, r, q] });
  }
  return sets.sort((a, b) => a.off - b.off).slice(0, 6).map((one) => one.corners);
};

// -- perspective ------------------------------------------------------------------------------------
// The eight numbers that take four points of the code to four of the picture (Gauss).
const solve = (pairs) => {
  const rows = pairs.flatMap(([[u, v], [x, y]]) => [[u, v, 1, 0, 0, 0, -u * x, -v * x, x], [0, 0, 0, u, v, 1, -u * y, -v * y, y]]);
  for (let n = 0; n < 8; n += 1) {
    const best = rows.slice(n).reduce((top, row, k) => (Math.abs(row[n]) > Math.abs(rows[top][n]) ? n + k : top), n);
    [rows[n], rows[best]] = [rows[best], rows[n]];
    if (Math.abs(rows[n][n]) < 1e-9) return null;
    for (let k = 0; k < 8; k += 1) {
      if (k === n) continue;
      const factor = rows[k][n] / rows[n][n];
      for (let m = n; m < 9; m += 1) rows[k][m] -= factor * rows[n][m];
    }
  }
  return rows.map((row, n) => row[8] / row[n]);
};
const place = (h, u, v) => { const w = h[6] * u + h[7] * v + 1; return [(h[0] * u + h[1] * v + h[2]) / w, (h[3] * u + h[4] * v + h[5]) / w]; };
const reader = (dark, width, height) => (x, y) => {
  const px = Math.round(x), py = Math.round(y);
  return px < 0 || py < 0 || px >= width || py >= height ? 0 : dark[py * width + px];
};
// Where the small mark of the fourth quarter lies, near where it would be on a flat sheet.
const fourth = (read, flat, size) => {
  let best = { hits: 0 };
  for (let du = -5; du <= 5; du += 0.5) for (let dv = -5; dv <= 5; dv += 0.5) {
    let hits = 0;
    for (let a = -2; a <= 2; a += 1) for (let b = -2; b <= 2; b += 1) {
      const wanted = Math.max(Math.abs(a), Math.abs(b)) === 1 ? 0 : 1;
      if (read(...place(flat, size - 6.5 + du + a, size - 6.5 + dv + b)) === wanted) hits += 1;
    }
    const nearer = Math.hypot(du, dv);
    if (hits > best.hits || (hits === best.hits && nearer < best.nearer)) best = { hits, nearer, point: place(flat, size - 6.5 + du, size - 6.5 + dv) };
  }
  return best.hits > 20 ? best.point : null;
};
const grids = function* grids(dark, width, height, [first, second, third]) {
  const read = reader(dark, width, height);
  const unit = (first.unit + second.unit + third.unit) / 3;
  const about = (distance(first, second) + distance(first, third)) / 2 / unit + 7;
  const sizes = Array.from({ length: 10 }, (_, n) => 21 + 4 * n).sort((a, b) => Math.abs(a - about) - Math.abs(b - about));
  for (const size of sizes.slice(0, 5)) {
    const corners = [[[3.5, 3.5], [first.x, first.y]], [[size - 3.5, 3.5], [second.x, second.y]], [[3.5, size - 3.5], [third.x, third.y]]];
    const flat = solve([...corners, [[size - 3.5, size - 3.5], [second.x + third.x - first.x, second.y + third.y - first.y]]]);
    if (!flat) continue;
    const mark = size > 21 && fourth(read, flat, size);
    const bent = mark && solve([...corners, [[size - 6.5, size - 6.5], mark]]);
    for (const h of [bent, flat]) if (h) yield { size, at: (x, y) => read(...place(h, x + 0.5, y + 0.5)) };
  }
};

// Every way in which the picture may be read, the likeliest first; {at(x, y), size} in modules.
export const locate = function* locate(data, width, height) {
  const sharp = greys(data, width * height), soft = smooth(sharp, width, height);
  for (const [grey, part] of [[sharp, 8], [soft, 8], [sharp, 20], [soft, 3]]) {
    const dark = darkness(grey, width, height, Math.max(6, Math.round(Math.min(width, height) / part / 2)));
    for (const corners of threes(marks(dark, width, height))) yield* grids(dark, width, height, corners);
  }
};
