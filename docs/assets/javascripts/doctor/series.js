/* Judges one norm over time: steady, a jump, not finite from a step on, clipped, zero, growing, fading, a loss scale that halves. */

const JUMP = 10; // times the median of the steps before
const NEAR = 8; // steps that a jump is compared with
const MANY = 5; // steps from which a trend is spoken of
const TREND = 10; // last third over first third
const NOTHING = 1e-3;

const median = (values) => {
  const ordered = [...values].sort((a, b) => a - b);
  return (ordered[Math.floor((ordered.length - 1) / 2)] + ordered[Math.floor(ordered.length / 2)]) / 2;
};
const show = (value) => (value === null ? "None" : Number.isNaN(value) ? "nan" : Math.abs(value) === Infinity ? (value > 0 ? "inf" : "-inf") : value === 0 ? "0" : String(Number(value.toPrecision(3))));

/** { code, title, evidence, next, guide } of points { at, value, loss } and scales { at, value }. */
export const judgeSeries = ({ points, scales, by, word }) => {
  const known = points.filter(({ value }) => typeof value === "number");
  const place = (point) => `${by} ${point.at}`;
  const halved = halvings(scales);
  const scaling = halved > 1 ? ` The loss scale was halved ${halved} times, from ${show(scales[0].value)} to ${show(scales.at(-1).value)}.` : "";
  const bad = known.findIndex(({ value }) => !Number.isFinite(value));
  if (!known.length || (halved > 1 && bad >= 0)) {
    if (halved > 1) {
      return { code: "scale", title: "The loss scale keeps halving", guide: "saw=scale_falls",
        evidence: `It was halved ${halved} times, from ${show(scales[0].value)} to ${show(scales.at(-1).value)}.${bad >= 0 ? ` The norm is ${show(known[bad].value)} at ${place(known[bad])}.` : ""}`,
        next: "A scaler halves when a gradient overflows, and skips that step. A few times at the start are normal; if it never recovers, a gradient is not finite at any scale: look for the first layer whose gradient is." };
    }
    if (!known.length) {
      return { code: "few", title: "No norm in it", evidence: `${points.length ? `“${word}” is None.` : `${scales.length} values of the loss scale, and no norm.`}`, next: "", guide: "" };
    }
  }
  if (bad >= 0) {
    const later = known.slice(bad + 1).filter(({ value }) => Number.isFinite(value)).length;
    const { loss } = known[bad];
    const before = known[bad - 1];
    return { code: "nonfinite", title: `${show(known[bad].value)} ${later ? "at" : "from"} ${place(known[bad])}${later ? "" : " on"}`, guide: "saw=grad_nan",
      evidence: `The norm is ${show(known[bad].value)} at ${place(known[bad])}${before ? `, after ${show(before.value)} at ${place(before)}` : ", the first that is shown"}${later ? `; ${later} later ${later === 1 ? "one is" : "ones are"} finite again` : ""}.`
        + `${loss !== undefined && loss !== null ? ` The loss there is ${show(loss)}.` : ""}${scaling}`,
      next: later ? "A scaler that skips a step now and then is no fault. If nothing skips it, the weights are already ruined: stop at that step and find the first layer that is not finite."
        : "Stop at that step and find the first layer, going backward, whose gradient is not finite." };
  }
  const values = known.map(({ value }) => Math.abs(value));
  if (values.every((value) => value === 0)) {
    return { code: "zero", title: "Exactly zero", guide: "grad-zero", evidence: `The norm is 0 at ${count(values, "step")}.`,
      next: "Nothing reaches any parameter, or the norm was taken before backward() or after zero_grad(). Print the norms by layer, in float64." };
  }
  const top = Math.max(...values);
  const clipped = values.filter((value) => Math.abs(value - top) <= 1e-3 * top).length;
  if (values.length >= MANY && clipped >= 0.8 * values.length) {
    return { code: "clipped", title: `Always ${show(top)}`, guide: "saw=grad_huge", evidence: `${clipped} of ${values.length} norms are ${show(top)}: the norm was taken after clipping to ${show(top)}, and every step was clipped.`,
      next: "Print what clip_grad_norm_ returns: the norm before clipping. If it is far above the limit at every step, the limit is your learning rate." };
  }
  const zero = values.indexOf(0);
  if (zero > 0 && values.slice(zero).every((value) => value === 0)) {
    return { code: "zero", title: `Zero from ${place(known[zero])} on`, guide: "grad-zero", evidence: `The norm is exactly 0 from ${place(known[zero])} on, after ${show(values[zero - 1])}.`,
      next: "Units that died, or a loss that no longer reacts: print the norms by layer at that step, in float64." };
  }
  const third = Math.floor(values.length / 3);
  const [early, late] = [median(values.slice(0, Math.max(1, third))), median(values.slice(-Math.max(1, third)))];
  const rise = early ? late / early : Infinity;
  const steps = values.map((value, i) => (i ? value / (median(values.slice(Math.max(0, i - NEAR), i)) || Infinity) : 1));
  const at = steps.findIndex((ratio) => ratio > JUMP);
  const sudden = at > 0 && (values.length < MANY || values[at] > 4 * values[at - 1]);
  if (sudden) {
    const jumps = steps.filter((ratio) => ratio > JUMP).length;
    return { code: "jump", title: `A jump at ${place(known[at])}`, guide: "saw=grad_huge",
      evidence: `The norm is ${show(values[at])} at ${place(known[at])}, ${show(steps[at])} times the median of the steps before it.${jumps > 1 ? ` Norms like that stand at ${jumps} steps.` : ""}${scaling}`,
      next: "Look at the batch of that step and at the rate there. Clipping hides such a step; the norms by layer, printed at it, say where it starts." };
  }
  if (halved > 1) {
    return { code: "scale", title: "The loss scale keeps halving", guide: "saw=scale_falls", evidence: scaling.trim(), next: "The steps between were skipped: a gradient overflowed. If it never recovers, find the first layer whose gradient is not finite." };
  }
  if (values.length < MANY) {
    return { code: "few", title: values.length === 1 ? "One number" : `${values.length} numbers`, guide: "",
      evidence: `${values.length === 1 ? `The norm is ${show(values[0])}` : `The norms run from ${show(Math.min(...values))} to ${show(top)}`}: too few to say how it goes.`,
      next: "Paste at least five steps, and better the norms by layer of one step." };
  }
  if (rise >= TREND) {
    return { code: "grows", title: "It grows", guide: "saw=grad_huge", evidence: `The norm goes from ${show(early)} in the first third to ${show(late)} in the last, ${show(rise)} times as much.${scaling}`,
      next: "Lower the rate, or print the norms by layer early and late: either all of them grow, or those near the input." };
  }
  if (rise <= NOTHING) {
    return { code: "fades", title: "It falls to nothing", guide: "saw=grad_tiny", evidence: `The norm goes from ${show(early)} in the first third to ${show(late)} in the last.`,
      next: "If the loss went with it, the net has learned this batch. If not, units have died or saturated: print the norms by layer." };
  }
  return { code: "steady", title: "Steady", guide: "saw=grad_ordinary", evidence: `Over ${count(values, "step")} the norm runs from ${show(Math.min(...values))} to ${show(top)}, and nothing stands out.`,
    next: "A steady total rules out no vanishing gradient: the layers near the loss make up nearly all of it. Print the norms by layer." };
};

const count = (values, noun) => `${values.length === 1 ? "the one" : `all ${values.length}`} ${noun}${values.length === 1 ? "" : "s"} shown`;

/** How often the loss scale was cut to half or less, without a rise between. */
const halvings = (scales) => {
  let [most, run] = [0, 0];
  scales.forEach(({ value }, i) => {
    if (!i || value === scales[i - 1].value) return;
    run = value <= 0.51 * scales[i - 1].value ? run + 1 : 0;
    most = Math.max(most, run);
  });
  return most;
};
