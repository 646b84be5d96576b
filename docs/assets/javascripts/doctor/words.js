/* Which word names what. A label such as “train/grad_norm” or “weight norm” is understood from its parts; what is left of it is a name.

   understand("grad_2.0_norm_fc1.weight_step") -> { tags: {grad, norm, step}, name: "fc1.weight", strong: true }
   meaning({grad, norm}) -> { what: "grad", measure: "norm" } */

/** Tags of a part of a label, in lower case. A part may have several: gnorm is grad and norm. */
const TAGS = Object.entries({
  grad: /^(?:grads?|gradients?|gradvals?|gnorms?|gradnorms?|gradiente[ns]?|gradientennorm|градиент\p{L}*|∇\p{L}*|‖∇‖)$|梯度|勾配/u,
  norm: /^(?:(?:grad|gradienten|g)?norm(?:s|e|a)?|norm2|magnitude|норма)$|范数|ノルム/u,
  mean: /^(?:mean|avg|average|mittelwert|moyenne|media|среднее)$|均值|平均/u, max: /^(?:max|amax|maximum|largest|maxabs)$|最大/u,
  min: /^(?:min|amin|minimum|smallest)$/, std: /^(?:std|stddev|stdev|var|variance|sigma)$/, rms: /^rms$/, median: /^(?:median|p50)$/,
  abs: /^(?:abs|absolute|absmean|maxabs)$/, log: /^(?:log|log10|ln|log2|db|nlog)$/, total: /^(?:total|global|overall|all|whole|gesamt\p{L}*)$/u,
  loss: /loss(?:es)?$|^(?:nll|ppl|perplexity|bce|mse|mae|kl|elbo|verlust|perte|pérdida|perda|cost|objective|bpc|bpb)$|损失|損失|^потер/u,
  score: /^(?:acc|accuracy|acc\d|accuracies|top\d|f1|precision|recall|auc|map|miou|iou|bleu|score|rewards?|return|r2|wer|cer)$/,
  weight: /^(?:weights?|params?|parameters?|wnorm|θ)$/,
  act: /^(?:act|acts|activations?|outputs?|inputs?|hidden|logits?|features?|targets?|data|y|x)$/,
  rate: /^(?:lr|lrs|rate|rates|learning|momentum|betas?\d?|eps|epsilon|decay|wd|dropout|temperature|alpha)$/, clip: /^(?:clip|clipped|clipping|threshold)$/,
  step: /^(?:steps?|iters?|iterations?|it|updates?|batch|batches|mini)$/, epoch: /^(?:epochs?|ep|epoche|époque|época|эпоха)$|轮/u,
  time: /^(?:time|times|eta|elapsed|remaining|ms|sec|secs|seconds|s|mins|wall|timestamp|date|duration|speed|tps|wps|ups|wpb|bsz|throughput|fps|tflops|flops|tokens?|mfu|memory|mem|gib|mib|gb|mb|gpu|cpu|ram|latency|runtime|hours?|days?)$/,
  count: /^(?:count|counts|numel|num|number|numbers|size|shape|shapes|dims?|n|len|length|elements?|entries|zeros?|nonzero|sparsity|ratio|share|percent|percentage|pct|frac|fraction|dtype|device|requires?|requirs|cuda|rank|worker|seed|bs|version|ids?|idx|index|types?|trainable|accumulation|samples?|examples?|consumed|skipped|skip|workers?|node|host|pid|port|line|overflow|attempted|hysteresis|patience|warmup|max_steps|width|height|channels?|heads|bins|buckets?|progress|v|kb|snr|noise|cos|cosine|sim|similarity|angle|entropy|diff|difference|delta|relative|normalized|corr|correlation)$/,
  scale: /^(?:scale|scaler|lossscale|reducing|reduced)$/,
  name: /^(?:names?|layers?|params?|parameters?|modules?|tensors?|variables?|keys?|blocks?|schicht|couche|capa|camada|слой)$|^[层層]$/u,
  fill: /^(?:of|for|the|is|are|at|in|on|and|with|has|a|an|to|by|after|before|backward|from|per|values?|val|valid|validation|train|training|eval|test|current|history|lists?|dict|arrays?|vals|l|lm|norms?|p|or|as|was|total|its|un|le|la|de|du|der|die|das|des|het|own|each|this|then|now|step|running|stats|statistics|stat|info|log|logs|metrics?|2|n)$/,
  histogram: /^(?:histograms?|hist|_type)$/,
});

/** Words that mean one thing whatever their parts mean. */
const WHOLE = Object.entries({
  step: /^(?:(?:global|current|num|train|trainer)[_/ -]?)?(?:global_?)?(?:steps?|iter|iters|iterations?|updates?|it|num_updates|_step)$/,
  signal: /^(?:signal|signal_norm|signal_norms|[d∂]l\/[d∂]h)$/, bias: /^(?:bias_grad|[d∂]l\/[d∂]b)$/, "grad norm": /^(?:weight_grad|[d∂]l\/[d∂](?:w|θ|p)|\|g\|)$/,
  update: /^(?:update|step\/w|update_ratio|update-to-weight|update_to_weight)$/, spread: /^spread$/, dead: /^dead$/, saturated: /^(?:saturated|sat\.?)$/,
  rate: /^(?:(?:max|clip)[_ -]?grad(?:ient)?[_ -]?(?:norm|value)?|grad(?:ient)?[_ -]?(?:norm[_ -]?)?clip\w*|clip_\w+)$/,
});

/** Names that stand in logs and are no layer's. */
const NOISE = /^(?:第\d+(?:[个次轮步]|epoch|iter|step)+$|(?:rank|worker|gpu|cuda|node|host|exp|run|trial|fold|seed|checkpoint|ckpt|step|epoch|iter|fp|bf|int|uint|float|complex|v|ver|version|utf|sha|md|line|file|pid|job|proc|process|thread|device|cpu|port|torch|numpy|np|py|python|cu)[-_]?\d[\w.-]*|(?:torch|numpy|np|tf|jax|os|sys|self\.logger|logging|transformers|pytorch_lightning|lightning|deepspeed|site-packages)\..*|.*\.(?:py|json|pt|pth|log|txt|csv|yaml|yml|ckpt|bin|so|cpp|cu|sh|com|org|io)(?::\d+.*)?|https?:.*|\/.*|.*\/site-packages\/.*|.*backward\d*|.*error|.*exception|.*warning)$/i;
const LEVEL = /^(?:debug|info|warning|warn|error|critical|trace|notice|root|__main__|main|trainer|logger|stdout|stderr|wandb)$/i;
const OF_A_PARAMETER = /(?:^|[._/\]])(?:weight|bias|kernel|gamma|beta|scale|embedding|weight_[ih]h_l\d+|bias_[ih]h_l\d+|weight_[gv]|in_proj_weight|in_proj_bias|cls_token|pos_embed|alpha)(?:_[gv]|:\d+|\.grad|_orig)?$/i;

export const tagsOf = (part) => {
  const text = part.toLowerCase();
  return TAGS.filter(([, pattern]) => pattern.test(text)).map(([tag]) => tag);
};

const whole = (word) => WHOLE.find(([, pattern]) => pattern.test(word.toLowerCase()))?.[0].split(" ");

/** Words that name a part of a net by themselves. */
const PARTS = /^(?:fc|head|heads|stem|embed|embeds|embeddings?|classifier|backbone|neck|encoder|decoder|lm_head|out_proj|proj|pooler|bottleneck|trunk|conv|linear|attention|attn|mlp|ffn|lstm|gru|rnn)$/i;
const LAYERISH = /(?:^|[._/\d])(?:conv\w*?|fc|lin|linear|layers?|blocks?|dense|enc|dec|encoder|decoder|emb\w*|wte|wpe|heads?|attn|attention|mlp|ffn|lstm\w*|gru|rnn|stem|stage|[a-z]*proj|param|weight|bias|kernel|features|classifier|backbone|neck|[hlwb])(?=[\d._/[\s:-]|$)|第\d+[层層]|schicht|couche|capa|слой/i;

/** Is it a name that layers have, and not, say, a class's or a model's? */
export const isLayerish = (name) => LAYERISH.test(name) || /^\d+(?:\.|$)/.test(name);

/** Does a word look like a layer's or a parameter's name by itself: a path, a parameter's end, or a number at the end? */
export const looksLikeName = (word) => OF_A_PARAMETER.test(word) || PARTS.test(word)
  || (/\p{L}/u.test(word) && !NOISE.test(word) && !LEVEL.test(word) && /[\p{L}\d_\])][./][\p{L}\d_]|\p{L}[\p{L}_-]*\d+$|\[\d+\]|^[层層]\d/u.test(word));

/** Parts of a word that may be quantities before or after a name. “norm” is one of them only before a slash: norm.weight is a layer. */
const peel = (word) => {
  let rest = word;
  const tags = [];
  for (;;) {
    const head = /^([\p{L}|∇]+|\d(?:\.\d)?)([_/.:@-]+)(?=.)/u.exec(rest);
    if (!head) break;
    const found = /^\d/.test(head[1]) ? (tags.includes("grad") ? ["fill"] : []) : tagsOf(head[1]);
    const sure = found.some((tag) => tag === "grad") || (found.includes("norm") && (head[2] === "/" || tags.includes("grad")))
      || (found.includes("fill") && (head[2] === "/" || tags.includes("grad"))) || (found.includes("weight") && head[2] === "/")
      || (head[2] === "/" && found.some((tag) => ["mean", "max", "min", "std", "abs", "rms", "act", "histogram"].includes(tag)));
    if (!sure) break;
    tags.push(...(/^params?$/i.test(head[1]) ? [] : found));
    rest = rest.slice(head[0].length);
  }
  for (let first = true; ; first = false) {
    const tail = /(?<=.)([_/.:@-]+)([\p{L}]+\d?)(?:\(\))?$/u.exec(rest);
    if (!tail) break;
    const found = tagsOf(tail[2]);
    const before = tagsOf(/(\p{L}+)$/u.exec(rest.slice(0, tail.index))?.[1] ?? "");
    const sure = found.includes("grad") || (found.includes("norm") && (tail[1] === "/" || before.includes("grad")))
      || (["mean", "max", "min", "std", "abs", "rms"].some((tag) => found.includes(tag)) && (tail[1] === "/" || before.includes("grad") || before.includes("abs")))
      || (tags.includes("grad") && (found.includes("step") || found.includes("epoch"))) || (/^(?:item|double|float|data|detach|cpu|numpy)$/.test(tail[2]) && /\(\)$/.test(rest));
    if (!sure) break;
    tags.push(...(first ? found : found.filter((tag) => tag !== "fill")));
    rest = rest.slice(0, tail.index);
  }
  return { rest, tags };
};

const LONGEST = 200; // characters of a name
const cache = new Map();

/** What one word says: quantities as tags, the rest as a name; `strong` if the name looks like a layer's by itself. */
export const understand = (given) => {
  if (cache.has(given)) return cache.get(given);
  if (cache.size > 50_000) cache.clear();
  if (given.length > LONGEST) return understandAnew(given);
  const word = given.replace(/(?<=\w)\(\)$/, "()").replace(/[.,:;]+$/, "");
  const made = understandAnew(word);
  cache.set(given, made);
  return made;
};

const understandAnew = (word) => {
  if (word.length > LONGEST) return { tags: new Set(), name: null, strong: false, noise: true };
  const known = whole(word);
  if (known) return { tags: new Set(known), name: null, strong: false };
  if (/^[d∂]L\/[d∂][A-Za-zθ][_\d₀-₉]+$/.test(word)) return { tags: new Set(["grad"]), name: word, strong: true };
  const parts = word.replace(/\(\)/g, "").split(/[_\-/:.@|]+|(?<=\p{Ll})(?=\p{Lu})/u).filter(Boolean);
  const all = parts.map((part) => (/^\d(?:\.\d)?$/.test(part) && parts.length > 1 ? ["fill"] : /^l[12]$/i.test(part) && parts.length > 1 ? ["norm"] : tagsOf(part)));
  const counted = parts.some((part, i) => i && /^\d+$/.test(part) && all[i - 1].includes("name")); // grad_norm_layer_0
  if (!counted && parts.length && all.every((tags) => tags.length) && !all.every((tags, i) => /^\d/.test(parts[i]))) {
    const ends = OF_A_PARAMETER.test(word) && parts.length > 1 && /[./]/.test(word); // layer.weight, module.bias
    if (!ends) return { tags: new Set(all.flat()), name: null, strong: false };
  }
  if (all.some((tags) => tags.includes("loss")) && !OF_A_PARAMETER.test(word) && !all.some((tags) => tags.includes("grad"))) {
    return { tags: new Set(["loss"]), name: null, strong: false };
  }
  if (LEVEL.test(word)) return { tags: new Set(["fill"]), name: null, strong: false };
  const { rest, tags } = peel(word);
  const inner = rest === word ? null : understandAnew(rest);
  if (inner && inner.name === null) return { tags: new Set([...tags, ...inner.tags]), name: null, strong: false };
  const strong = looksLikeName(rest) || tags.includes("grad");
  return { tags: new Set(tags), name: NOISE.test(rest) && !OF_A_PARAMETER.test(rest) ? null : rest, strong, noise: NOISE.test(rest) };
};

const MEASURES = ["log", "rms", "mean", "median", "max", "min", "std"];
const OTHERS = ["rate", "time", "count", "act", "histogram", "score"];

/** What a label's tags amount to: { what, measure }. `bare` is a number without a word. */
export const meaning = (tags) => {
  const has = (tag) => tags.has(tag);
  const measure = MEASURES.find(has) ?? (has("norm") ? "norm" : has("abs") ? "abs" : "");
  const size = has("abs") && measure !== "abs" ? `abs ${measure}` : measure;
  for (const own of ["signal", "bias", "update", "spread", "dead", "saturated"]) if (has(own)) return { what: own, measure: "norm" };
  if (has("scale")) return { what: "scale", measure: "" };
  if (has("clip") && !(has("grad") && has("norm"))) return { what: "rate", measure: "" };
  const other = OTHERS.find(has);
  if (other && !(has("grad") && other === "act")) return { what: other, measure: size };
  if (has("grad")) return { what: "grad", measure: size, total: has("total") };
  if (has("loss")) return { what: "loss", measure: "" };
  if (has("weight") && (size || !has("name"))) return { what: "weight", measure: size };
  if (has("norm") && has("total")) return { what: "grad", measure: "norm", total: true };
  if (has("step")) return { what: has("total") ? "count" : "step", measure: "" };
  if (has("epoch")) return { what: "epoch", measure: "" };
  if (size) return { what: "stat", measure: size, total: has("total") };
  if (has("weight")) return { what: "weight", measure: "" };
  return { what: "bare", measure: "", total: has("total") };
};
