// Where somebody stands: the same rule as crisis/boarding/fold.py.
const RANK = { no_show: 0, refused: 1, boarded: 2, taken_off: 3 };
const FOLLOWS = {
  nothing: ["no_show", "refused", "boarded", "taken_off"],
  no_show: ["refused", "boarded", "taken_off"],
  refused: ["boarded", "taken_off"],
  boarded: ["taken_off"],
  taken_off: ["boarded", "refused"],
};
// Facts are {kind, at}, `at` in milliseconds of the server's clock.
export const fold = (facts) => {
  let stands = null;
  for (const fact of [...facts].sort((a, b) => a.at - b.at || RANK[a.kind] - RANK[b.kind])) {
    if (FOLLOWS[stands ? stands.kind : "nothing"].includes(fact.kind)) stands = fact;
  }
  return stands;
};
