// Reads a QR code (ISO/IEC 18004, versions 1 to 10) out of a picture, for browsers that cannot.
// Codes on our lists have version 3, links of packs 4 or 5. A code of version 1 has no fourth mark
// and must be held flat.
import { correct } from "./qr_correct.js";
import { locate } from "./qr_locate.js";

// Error correction codewords in a block, then how many blocks of how many data codewords; by
// version, for the levels L, M, Q, H (table 9).
const BLOCKS = [
  [[7, 1, 19], [10, 1, 16], [13, 1, 13], [17, 1, 9]],
  [[10, 1, 34], [16, 1, 28], [22, 1, 22], [28, 1, 16]],
  [[15, 1, 55], [26, 1, 44], [18, 2, 17], [22, 2, 13]],
  [[20, 1, 80], [18, 2, 32], [26, 2, 24], [16, 4, 9]],
  [[26, 1, 108], [24, 2, 43], [18, 2, 15, 2, 16], [22, 2, 11, 2, 12]],
  [[18, 2, 68], [16, 4, 27], [24, 4, 19], [28, 4, 15]],
  [[20, 2, 78], [18, 4, 31], [18, 2, 14, 4, 15], [26, 4, 13, 1, 14]],
  [[24, 2, 97], [22, 2, 38, 2, 39], [22, 4, 18, 2, 19], [26, 4, 14, 2, 15]],
  [[30, 2, 116], [22, 3, 36, 2, 37], [20, 4, 16, 4, 17], [24, 4, 12, 4, 13]],
  [[18, 2, 68, 2, 69], [26, 4, 43, 1, 44], [24, 6, 19, 2, 20], [28, 6, 15, 2, 16]],
];
const CENTRES = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
const LEVELS = [1, 0, 3, 2]; // as the format writes them, to L M Q H

// -- format: level and mask, twice, each good for three wrong bits ------------------------------
const FORMATS = Array.from({ length: 32 }, (_, data) => {
  let rest = data << 10;
  for (let bit = 14; bit >= 10; bit -= 1) if (rest & (1 << bit)) rest ^= 0x537 << (bit - 10);
  return ((data << 10) | rest) ^ 0x5412;
});
const ones = (number) => number.toString(2).replace(/0/g, "").length;
const formatOf = (at, size) => {
  const first = [], second = [];
  for (let n = 0; n < 6; n += 1) first.push([8, n]);
  first.push([8, 7], [8, 8], [7, 8]);
  for (let n = 5; n >= 0; n -= 1) first.push([n, 8]);
  for (let n = 0; n < 8; n += 1) second.push([size - 1 - n, 8]);
  for (let n = 7; n > 0; n -= 1) second.push([8, size - n]);
  const read = [first, second].map((places) => places.reduce((bits, [x, y], n) => bits | (at(x, y) << n), 0));
  const best = FORMATS.map((code, data) => ({ data, off: Math.min(...read.map((bits) => ones(bits ^ code))) })).sort((a, b) => a.off - b.off)[0];
  return best.off > 3 ? null : { level: LEVELS[best.data >> 3], mask: MASKS[best.data & 7] };
};

// -- codewords ----------------------------------------------------------------------------------
const fixed = (version, size) => {
  const centres = CENTRES[version - 1];
  const corner = (x, y) => (x < 9 && (y < 9 || y > size - 9)) || (x > size - 9 && y < 9);
  const mark = (x, y) => centres.some((cx) => centres.some((cy) => Math.abs(x - cx) < 3 && Math.abs(y - cy) < 3 && !corner(cx, cy)));
  const told = (x, y) => version > 6 && ((x < 6 && y > size - 12) || (y < 6 && x > size - 12));
  return (x, y) => corner(x, y) || x === 6 || y === 6 || mark(x, y) || told(x, y);
};
const codewords = (at, version, size, mask) => {
  const isFixed = fixed(version, size), bytes = [];
  let byte = 0, bits = 0, up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (isFixed(x, y)) continue;
        byte = (byte << 1) | (at(x, y) ^ (mask(x, y) === 0 ? 1 : 0));
        bits += 1;
        if (bits === 8) { bytes.push(byte); byte = 0; bits = 0; }
      }
    }
    up = !up;
  }
  return bytes;
};
// Blocks stand interleaved: first their data, then their error correction.
const dataOf = (bytes, version, level) => {
  const [extra, ...groups] = BLOCKS[version - 1][level];
  const lengths = [];
  for (let n = 0; n < groups.length; n += 2) for (let k = 0; k < groups[n]; k += 1) lengths.push(groups[n + 1]);
  const blocks = lengths.map(() => []);
  let next = 0;
  for (let n = 0; n < Math.max(...lengths); n += 1) blocks.forEach((block, k) => { if (n < lengths[k]) block.push(bytes[next++]); });
  for (let n = 0; n < extra; n += 1) blocks.forEach((block) => block.push(bytes[next++]));
  const right = blocks.map((block) => correct(block, extra));
  return right.includes(null) ? null : right.flatMap((block, k) => block.slice(0, lengths[k]));
};

// -- text ---------------------------------------------------------------------------------------
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const textOf = (data, version) => {
  let place = 0, text = "";
  const left = () => data.length * 8 - place;
  const take = (count) => { let value = 0; for (let n = 0; n < count; n += 1, place += 1) value = (value << 1) | ((data[place >> 3] >> (7 - (place & 7))) & 1); return value; };
  const long = version > 9;
  while (left() >= 4) {
    const mode = take(4);
    if (mode === 0) break;
    if (mode === 7) { take(8); continue; }
    if (mode === 1) {
      for (let n = take(long ? 12 : 10); n > 0; n -= 3) { const digits = Math.min(n, 3); text += String(take([0, 4, 7, 10][digits])).padStart(digits, "0"); }
    } else if (mode === 2) {
      for (let n = take(long ? 11 : 9); n > 0; n -= 2) { if (n === 1) text += LETTERS[take(6)]; else { const pair = take(11); text += LETTERS[Math.floor(pair / 45)] + LETTERS[pair % 45]; } }
    } else if (mode === 4) {
      const count = take(long ? 16 : 8);
      if (count * 8 > left()) return null;
      text += new TextDecoder().decode(Uint8Array.from({ length: count }, () => take(8)));
    } else return null;
  }
  return text;
};

const decode = (at, size) => {
  const format = formatOf(at, size), version = (size - 17) / 4;
  if (!format) return null;
  const data = dataOf(codewords(at, version, size, format.mask), version, format.level);
  return data && textOf(data, version);
};

// The text of the first code found; null where there is none. `data` is RGBA.
export const readQr = (data, width, height) => {
  for (const { at, size } of locate(data, width, height)) {
    const text = decode(at, size);
    if (text) return text;
  }
  return null;
};
