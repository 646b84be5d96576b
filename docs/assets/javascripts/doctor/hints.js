/* Says of a text without gradient norms what it is, and what to print instead. */

export const PRINT = "for name, p in model.named_parameters():\n    g = p.grad\n    print(name, g if g is None else g.double().norm().item())";

/** What an operation can do to make nan on the way back. */
const OPERATIONS = [
  [/^Sqrt/, "the square root of zero has an infinite slope, and infinity times zero is nan. Add a small number under the root."],
  [/^(?:Norm|LinalgVectorNorm|Cdist|Dist|Pow)/, "a norm, a distance or a power below one of exactly zero has an infinite slope. Add a small number before it is taken."],
  [/^(?:Std|Var)/, "the spread of a single value, or of equal ones, has no slope. Add a small number, or take it over more than one value."],
  [/^Log(?!Softmax|Sum)/, "the logarithm of zero or of a negative number. Clamp what goes in, or use the loss that takes logits."],
  [/^(?:Log)?Softmax|LogSum/, "a softmax over nothing but -inf: a row that is masked as a whole."],
  [/^(?:Exp|Sinh|Cosh|Pow)/, "the exponential overflowed. Subtract the largest value first, or clamp."],
  [/^(?:Div|Reciprocal|Rsqrt)/, "a division by zero, or of zero by zero. Add a small number to the divisor."],
  [/^(?:Acos|Asin|Atan2|Acosh)/, "the slope is infinite at the ends of its domain. Clamp what goes in."],
  [/^Ctc/, "a CTC loss with targets longer than the input allows: set zero_infinity=True."],
  [/^(?:BinaryCrossEntropy|NllLoss|CrossEntropy|MseLoss)/, "the loss got nan or infinity, or probabilities of exactly 0 or 1. Use the loss that takes logits."],
];

const ERRORS = [
  [/'NoneType' object has no attribute/, "`p.grad` is None: no gradient has reached that parameter yet, or ever will.", "grad-none"],
  [/does not require grad|does not have a grad_fn/, "the loss is not connected to any parameter: something was detached, or computed under no_grad.", "grad-none"],
  [/modified by an inplace operation/, "a tensor that backward needs was changed in place.", "grad-none"],
  [/backward through the graph a second time/, "the graph was used twice: something kept from an earlier step is still in it.", "grad-none"],
  [/out of memory/i, "the memory of the device was not enough. That has nothing to do with gradients.", "loss-not-decreasing"],
  [/nan|inf\b|not finite|overflow/i, "something became infinite or nan.", "loss-nan"],
];

const nonfinite = (fields) => fields.find(({ value }) => typeof value === "number" && !Number.isFinite(value));

/** Texts that hold numbers and are known by their words alone. */
export const isElse = (text) => /returned nan values in its|Param #|Trainable params|\(in_features=.*\)\s*$|\bexp_avg\b|param_groups|^\s*(?:import \w+|from [\w.]+ import |def \w+\(.*:|class \w+.*:)\s*$/m.test(text);

/** { code, title, text, guide, print } for a text that holds no norms; `known` when the reader knows already. */
export const findHint = ({ fields, text }, known) => {
  const anomaly = /Function '?(\w+?)(?:Backward\w*)?'? returned (?:nan|inf)\w* values? in its (\d+)/i.exec(text);
  if (anomaly) {
    const reason = OPERATIONS.find(([pattern]) => pattern.test(anomaly[1]))?.[1];
    return { code: "anomaly", title: `nan comes from ${anomaly[1]}`, guide: "loss-nan", print: false,
      text: `No norms, but something better: the anomaly mode names the operation. In ${anomaly[1]}, ${reason ?? "the gradient became nan. Look at what went into it, and at what came in from behind."} The lines above that error say where in your program it stands.` };
  }
  const has = (what, measure) => fields.some((field) => field.what === what && (measure === undefined || field.measure === measure));
  const losses = fields.filter(({ what }) => what === "loss");
  const trouble = /(?:^|\n)\s*(?:E\s+)?(?:[\w.]+\.)?(\w*(?:Error|Exception))\b/.exec(text);
  const tensors = fields.filter(({ tensor, what }) => tensor && ["grad", "stat", "bare", "weight"].includes(what)).length;
  if (known === "none") {
    return { code: "none", title: "Every gradient is None", guide: "grad-none", print: true,
      text: "Either it was printed before backward(), or after zero_grad(), which sets gradients to None, or the loss is cut off from the whole net." };
  }
  if (trouble && !losses.length && !/^\s*\{/.test(text)) {
    const [, said, guide] = ERRORS.find(([pattern]) => pattern.test(text)) ?? [null, "an error, and no norms.", "loss-not-decreasing"];
    return { code: "error", title: "An error, no norms", guide, print: true, text: `It says that ${said}` };
  }
  if (/\bexp_avg\b|'?param_groups'?|"param_groups"/.test(text)) {
    return { code: "optimizer", title: "An optimizer's state", guide: "", print: true, text: "It holds running means of gradients, mixed over many steps. They don't tell how a gradient goes through the layers." };
  }
  if (has("histogram") || /"_type"\s*:\s*"histogram"|wandb\.\w*\.?Histogram|Histogram object/.test(text)) {
    return { code: "histograms", title: "Histograms", guide: "", print: true, text: "A histogram's counts and bins don't give the norm back." };
  }
  if (tensors) {
    return { code: "tensors", title: "Whole tensors", guide: "", print: true,
      text: `${tensors === 1 ? "A tensor is" : `${tensors} tensors are`} printed with ${tensors === 1 ? "its" : "their"} entries, and often with “...” for most of them. One entry doesn't stand for the norm.` };
  }
  if (/^\s*(?:import \w|from [\w.]+ import|def \w+\(|class \w+|for \w+ in .*:|with torch\.|@\w+)|\.backward\(\)|optimizer\.step\(\)/m.test(text) && !trouble && text.split("\n").length > 1) {
    return { code: "source", title: "A program", guide: "", print: true, text: "The reader takes what a program prints, not the program." };
  }
  if (/Total params|Trainable params|Param #|Output Shape|in_features=|in_channels=|\b(?:torch\.)?Size\(\[|Linear\(|\(\w+\): \w+\(/.test(text)) {
    return { code: "summary", title: "A model's parts", guide: "", print: true, text: "Shapes and counts, no gradients." };
  }
  if (fields.some(({ what }) => what === "summary") && (has("summary") && /count|std|50%/.test(text))) {
    return { code: "summarized", title: "A summary over many steps", guide: "", print: true, text: "Means and quartiles hide at which step, and in which layer, something happened. Paste the column itself." };
  }
  if (losses.length || has("score")) {
    const bad = nonfinite(losses);
    return { code: "losses", title: bad ? `${bad.word || "The loss"} is ${Number.isNaN(bad.value) ? "nan" : "infinite"}` : "Losses, no gradients", guide: bad ? "loss-nan" : "loss-not-decreasing", print: true,
      text: bad ? `These are losses, not gradients; ${bad.word || "the loss"} is not finite in line ${bad.line}. What comes after it is not finite either.`
        : "A loss or an accuracy alone doesn't tell a vanishing gradient from a wrong rate, wrong labels or a net that is done." };
  }
  if (has("weight")) {
    return { code: "weights", title: "Sizes of weights", guide: "", print: true, text: "These numbers are said of the weights, not of their gradients." };
  }
  if (fields.some(({ what, measure }) => what === "act" && measure)) return { code: "activations", title: "Activations", guide: "", print: true, text: "These numbers are said of activations, not of gradients." };
  return { code: "words", title: "No gradient norms in it", guide: "", print: true, text: "No line holds a layer's name and a gradient's norm, and none a norm over time." };
};

