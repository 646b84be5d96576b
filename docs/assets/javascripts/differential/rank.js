/* What may be wrong with a net, ranked from what a reader sees: as in snippets/differential.py, and a test compares the two. `seen` holds
   `yes` and `no` (sets of findings), `tests` (cause to "if", "else" or "tried") and `doctor` (a set of codes). */

export const TEMPER = 0.7; // findings repeat each other
export const SHOWN = 5;
const LIKELY = 0.6;
const POSSIBLE = 0.1;

const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);

/** How likely each finding is under each cause. */
export const tabulate = ({ strengths, causes, questions }) => {
  const table = {};
  for (const { findings } of questions) {
    for (const [name, finding] of Object.entries(findings)) {
      const usual = strengths[finding.usual ?? "rarely"];
      table[name] = Object.fromEntries(Object.keys(causes).map((cause) => [cause, usual]));
      for (const [strength, value] of Object.entries(strengths)) {
        for (const cause of finding[strength] ?? []) table[name][cause] = value;
      }
    }
  }
  return table;
};

const each = (causes, evidence) => Object.fromEntries(Object.keys(causes).map((cause) => [cause, evidence(cause)]));

const findCode = (code, codes, strengths) => {
  if (code === "healthy") return strengths[codes.length ? "rarely" : "often"];
  return strengths[codes.includes(code) ? "always" : "never"];
};

/** The evidence of each item for each cause, as a logarithm. */
export const weigh = (data, seen) => {
  const { strengths, causes } = data;
  const [strong, weak] = [strengths.always, strengths.never];
  const items = {};
  for (const [name, likely] of Object.entries(tabulate(data))) {
    if (seen.yes.has(name)) items[name] = each(causes, (cause) => TEMPER * Math.log(likely[cause]));
    else if (seen.no.has(name)) items[name] = each(causes, (cause) => TEMPER * Math.log(1 - likely[cause]));
  }
  for (const [tested, outcome] of Object.entries(seen.tests)) {
    const [own, other] = outcome === "if" ? [strong, weak] : [weak, strong];
    items[`${tested}:${outcome}`] = each(causes, (cause) => Math.log(cause === tested ? own : other));
  }
  for (const code of [...seen.doctor].sort()) items[`doctor:${code}`] = each(causes, (cause) => Math.log(findCode(code, causes[cause].doctor ?? [], strengths)));
  return items;
};

/** How much an item speaks for a cause, against the mean over all causes. */
const lean = (item, cause) => item[cause] - sum(Object.values(item)) / Object.keys(item).length;

/** Every cause, the likeliest first; equal ones in the order of the file. */
export const rank = (data, seen) => {
  const items = Object.entries(weigh(data, seen));
  const names = Object.keys(data.causes);
  const sums = names.map((cause) => Math.log(data.priors[data.causes[cause].prior]) + sum(items.map(([, item]) => item[cause])));
  const top = Math.max(...sums);
  const whole = sum(sums.map((value) => Math.exp(value - top)));
  return names.map((cause, i) => ({ cause, share: Math.exp(sums[i] - top) / whole })).sort((a, b) => b.share - a.share)
    .map((ranked) => {
      const leans = items.map(([name, item]) => [name, lean(item, ranked.cause)]);
      return {
        ...ranked,
        speaks: leans.filter(([, by]) => by > 0.4).sort((a, b) => b[1] - a[1]).map(([name]) => name),
        objects: leans.filter(([, by]) => by < -0.4).sort((a, b) => a[1] - b[1]).map(([name]) => name),
      };
    });
};

/** How sure that is, in words; nothing is certain. */
export const nameShare = (share) => {
  if (share >= LIKELY) return "likely";
  return share >= POSSIBLE ? "possible" : "only if nothing else";
};

/** The mutual information between a finding and the cause, in bits. */
const expectGain = (likely, shares) => {
  const there = sum(Object.entries(likely).map(([cause, p]) => shares[cause] * p));
  return sum(Object.entries(likely).map(([cause, p]) =>
    (shares[cause] > 0 ? shares[cause] * (p * Math.log(p / there) + (1 - p) * Math.log((1 - p) / (1 - there))) : 0))) / Math.LN2;
};

/** The unanswered finding whose answer would tell most, in expected bits, between the causes; null when none tells anything.
    Of a question with one answer nothing is asked once it is answered. */
export const findNext = (data, seen, skipped = new Set()) => {
  const table = tabulate(data);
  const shares = Object.fromEntries(rank(data, seen).map(({ cause, share }) => [cause, share]));
  let [best, gain] = [null, 0.02];
  for (const { findings, one } of data.questions) {
    const names = Object.keys(findings);
    if (one && names.some((name) => seen.yes.has(name))) continue;
    for (const name of names.filter((it) => !seen.yes.has(it) && !seen.no.has(it) && !skipped.has(it))) {
      const told = expectGain(table[name], shares);
      if (told > gain) [best, gain] = [name, told];
    }
  }
  return best;
};
