// Reed-Solomon over GF(256) with x^8+x^4+x^3+x^2+1, as QR codes use it.
const EXP = new Uint8Array(512), LOG = new Uint8Array(256);
for (let n = 0, value = 1; n < 255; n += 1) {
  EXP[n] = EXP[n + 255] = value;
  LOG[value] = n;
  value = (value << 1) ^ (value & 128 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);
const over = (a, b) => (a ? EXP[LOG[a] + 255 - LOG[b]] : 0);
// Coefficients stand lowest first.
const value = (poly, x) => poly.reduceRight((sum, one) => times(sum, x) ^ one, 0);

// Berlekamp and Massey: the polynomial whose roots say where the errors are.
const locator = (syndromes) => {
  let now = [1], before = [1], length = 0, gap = 1, last = 1;
  syndromes.forEach((syndrome, n) => {
    let off = syndrome;
    for (let k = 1; k <= length; k += 1) off ^= times(now[k] || 0, syndromes[n - k]);
    if (off === 0) { gap += 1; return; }
    const factor = over(off, last), next = [...now];
    before.forEach((one, k) => { next[k + gap] = (next[k + gap] || 0) ^ times(factor, one); });
    for (let k = 0; k < next.length; k += 1) next[k] ||= 0;
    if (2 * length <= n) { before = now; last = off; length = n + 1 - length; gap = 1; } else gap += 1;
    now = next;
  });
  return { poly: now.slice(0, length + 1), length };
};

// The block with its errors put right, or null where there are too many.
export const correct = (block, extra) => {
  const reversed = [...block].reverse();
  const syndromes = Array.from({ length: extra }, (_, n) => value(reversed, EXP[n]));
  if (syndromes.every((one) => one === 0)) return block;
  const { poly, length } = locator(syndromes);
  const places = reversed.map((_, place) => place).filter((place) => value(poly, EXP[(255 - (place % 255)) % 255]) === 0);
  if (length === 0 || places.length !== length) return null;
  const product = Array.from({ length: extra }, (_, n) => poly.slice(0, n + 1).reduce((sum, one, k) => sum ^ times(one, syndromes[n - k]), 0));
  // Forney: how far off each is.
  for (const place of places) {
    const inverse = EXP[(255 - (place % 255)) % 255];
    const slope = poly.reduce((sum, one, k) => (k % 2 ? sum ^ times(one, EXP[(LOG[inverse] * (k - 1)) % 255]) : sum), 0);
    if (slope === 0) return null;
    reversed[place] ^= times(EXP[place % 255], over(value(product, inverse), slope));
  }
  const right = reversed.reverse();
  const check = [...right].reverse();
  return Array.from({ length: extra }, (_, n) => value(check, EXP[n])).every((one) => one === 0) ? right : null;
};
