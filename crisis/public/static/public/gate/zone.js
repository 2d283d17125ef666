// The machine-readable zone of a passport or card (ICAO Doc 9303): TD3 two lines of 44, TD2 two of
// 36, TD1 three of 30. The second line of a passport alone is enough for a gate.
const SHAPES = [[2, 44], [2, 36], [3, 30]];
const FILLERS = { "‹": "<", "〈": "<", "«": "<<", "《": "<<", "＜": "<" };
const digit = (text) => {
  const value = (one) => (one === "<" ? 0 : parseInt(one, 36));
  return String([...text].reduce((sum, one, place) => sum + value(one) * [7, 3, 1][place % 3], 0) % 10);
};
const plain = (text) => [...text.normalize("NFKC")].map((one) => FILLERS[one] || one).join("").toUpperCase();
const linesOf = (text) => {
  const lines = plain(text).split(/[\r\n]+/).map((line) => line.replace(/\s/g, "")).filter(Boolean);
  if (lines.length === 1) {
    const shape = SHAPES.find(([count, width]) => lines[0].length === count * width);
    if (shape) return Array.from({ length: shape[0] }, (_, n) => lines[0].slice(n * shape[1], (n + 1) * shape[1]));
  }
  return lines;
};
const cut = (lines) => {
  if (lines.length === 3) {
    const [first, second, name] = lines;
    return { name, number: first.slice(5, 14), numberCheck: first[14], rest: first.slice(15), birth: second.slice(0, 6), birthCheck: second[6], expiry: second.slice(8, 14), expiryCheck: second[14], whole: first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18, 29), wholeCheck: second[29] };
  }
  const second = lines[lines.length - 1], end = second.length - 1;
  return { name: lines.length === 2 ? lines[0].slice(5) : "", number: second.slice(0, 9), numberCheck: second[9], rest: second.length === 36 ? second.slice(28, 35) : "", birth: second.slice(13, 19), birthCheck: second[19], expiry: second.slice(21, 27), expiryCheck: second[27], whole: second.slice(0, 10) + second.slice(13, 20) + second.slice(21, end), wholeCheck: second[end] };
};
// A number longer than nine goes on in the optional data, its check digit behind it.
const wholeNumber = (zone) => {
  const more = zone.rest.split("<")[0];
  if (zone.numberCheck !== "<" || more.length < 2) return [zone.number, zone.numberCheck];
  return [zone.number + more.slice(0, -1), more.slice(-1)];
};

// Null for what is no zone; {wrong: part} where a check digit disagrees; else what it says, birth
// and expiry as YYMMDD.
export const readZone = (text) => {
  const lines = linesOf(text);
  const shaped = SHAPES.some(([count, width]) => lines.length === count && lines.every((line) => line.length === width));
  const second = lines.length === 1 && lines[0].length === 44 && /^[A-Z0-9<]{9}[0-9<]/.test(lines[0]);
  if (!(shaped || second) || !lines.every((line) => /^[A-Z0-9<]+$/.test(line))) return null;
  const zone = cut(lines);
  const [number, numberCheck] = wholeNumber(zone);
  const parts = [["number", number, numberCheck], ["birth", zone.birth, zone.birthCheck], ["expiry", zone.expiry, zone.expiryCheck], ["whole", zone.whole, zone.wholeCheck]];
  const wrong = parts.find(([, text, check]) => digit(text) !== check);
  if (wrong) return { wrong: wrong[0] };
  const [surname, given] = zone.name.replace(/<+$/, "").split("<<");
  const name = [surname, given].map((part) => (part || "").replace(/<+/g, " ").trim()).filter(Boolean).join("/");
  return { number: number.replace(/</g, ""), birth: zone.birth, expiry: zone.expiry, name };
};
