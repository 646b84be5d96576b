/* Cuts a text into whole tokens: words, numbers, separators, relations (: = ->), and trees (lists, dicts, tensors).

   A number is one only as a whole token. Dates, times, addresses, versions, shapes, fractions and numbers with a unit are tokens of
   their own (“junk”), so that no part of them can be taken for a value. */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (text) => text.replace(/⁻/g, "-").replace(/⁺/g, "+").replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (c) => SUPERSCRIPT.indexOf(c));

/** The same text without what only a terminal or a typesetter needs; lines stay lines. */
export const clean = (text) => text
  .replace(/(?:\x1b|\\u001b|\\x1b|\\033|\\e|␛)\[[\d;?]*[A-Za-z]/g, "").replace(/\r\n|\r/g, "\n")
  .replace(/[\u200b\ufeff\u00ad]/g, "").replace(/[\u00a0\u2007\u2009\u202f]/g, " ").replace(/[−﹣－]/g, "-").replace(/[‘’]/g, "'").replace(/[“”„]/g, '"')
  .replace(/\b(?!\w*(?:Array|Tensor|Dict|State|Series|Variable|Parameter)\()([A-Z]\w+)\((?:[^()\n]|\([^()\n]{0,80}\)){0,200}\w=(?:[^()\n]|\([^()\n]{0,80}\)){0,200}\)(?=.{0,200}\d)/g, "$1") // a module as Python prints it
  .replace(/(\d\.\d+)[dD]([-+]\d{2,3})(?!\w)/g, "$1e$2").replace(/：/g, ":").replace(/，/g, ",")
  .replace(/(\d)\s?[×x·*]\s?10\s?(?:(?:\^|\*\*)\s?\{?([-+]?\d+)\}?|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))/g, (_, digit, plain, up) => `${digit}e${plain ?? raised(up)}`)
  .replace(/(\d[eE][-+]?)\n[ \t]*(\d+)(?=\s|$)/g, "$1$2\n").replace(/(\d\.)\n[ \t]*(\d+(?:[eE][-+]?\d+)?)(?=\s|$)/g, "$1$2\n");

const PLAIN = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const GROUPED = /[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![,\d.])/y;
const COMMA = /[-+]?\d+,\d+(?:[eE][-+]?\d+)?(?![,\d.])/y;
const SPECIAL = /[-+]?(?:nan|inf|infinity)(?![\p{L}\p{N}_.])(?!-)/iuy;
const NOTHING = /(?:None|null|NULL)(?![\p{L}\p{N}_])(?!\.\w)/uy;
const TRUTH = /(?:True|False|true|false)(?![\p{L}\p{N}_])/uy;
const CALL = /(?:(?:tf|torch|np|numpy|jnp|jax\.numpy|jax)\.)?(?:tensor|Tensor|EagerTensor|array|Array|DeviceArray|ArrayImpl|float\d+|bfloat16|int\d+|Variable|FrozenDict|OrderedDict|State|dict|list|mappingproxy|defaultdict|Series)\(/y;
const TF = /<tf\.(?:Tensor|Variable)[:\s]([^<>]*?)numpy=/y;
const QUOTE = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`\n]*)`/y;
const JUNK = [
  /[\w./\\<>-]*\w\.(?:py|ipynb|cpp|cc|cu|h|js)(?::\d+)?(?::\w+)?(?![\w.])/y, /\d+(?:\.\d*)?[eE][-+]?(?![-+\w.])/y,
  /\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ,]+\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?/y, /\d+:\d\d(?::\d\d)?(?:[.,]\d+)?(?![\d:])/y,
  /\d+(?:\.\d+){2,}\S*/y, /0x[0-9a-fA-F]+/y, /\d+(?:[x×]\d+)+(?![\w.])/y, /(?:torch\.)?Size\(\[[\d,\s]*\]\)/y,
  /<[A-Za-z][^<>\n]{0,120}>/y, /(?:torch\.|np\.|jnp\.|tf\.)?(?:float|int|uint|bfloat|complex)\d+(?![\w(])/y, /cuda:\d+/y, /[0-9a-f]{8}-[0-9a-f-]{20,}/y,
  /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s?%/y, /\d+-\d+(?:-\d+)*(?![\w.])/y,
];
const SPAN = /(\d+)[ \t]*\/[ \t]*(\d+)(?![\d.])/y;
const BARS = /(\|{1,2}|‖)\s?(g|grad\w*|∇\w*|[d∂]L?\/?[d∂]?\w{0,2}|w|W|θ|p|param\w*|weight\w*)\s?\1(?:_?2)?/iuy;
const NTH = /第?\s*(\d+)\s*([层層])/uy;
const INDEXED = /\d+(?:\.\d+)*\.(?![eE][-+]?\d)[\p{L}_][\p{L}\p{N}_.]*/uy;
const WORD = /[\p{L}_∂∇][\p{L}\p{M}\p{N}_∂₀-₉]*(?:[.\-/@][\p{L}\p{N}_∂]+|\[(?:\d+|'[^'\n]*'|"[^"\n]*")\]|:\d+(?![\d:.])(?<=(?:kernel|bias|weight|gamma|beta|embeddings?|moving_mean|recurrent_kernel):\d+)|\(\))*/uy;
const RELATION = /-{1,2}>|=>|→|:=|[:=]/y;
const SEPARATE = /[|│┃║,;\t]|(?<=\s)[-–—•*](?=\s)|>{2,}/y;
const BOUND = /[<>≤≥±]=?|\+\/-/y;

const at = (pattern, text, i) => {
  pattern.lastIndex = i;
  return pattern.exec(text);
};

const junkAt = (text, i) => {
  for (const pattern of JUNK) {
    const match = at(pattern, text, i);
    if (match) return match;
  }
  return null;
};

/** A number, nan, inf, or null for None; undefined when the text is none of these. */
export const toNumber = (text) => {
  const bare = text.trim();
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(bare)) return Number(bare);
  if (/^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(bare)) return Number(bare.replaceAll(",", ""));
  if (/^[-+]?nan$/i.test(bare)) return NaN;
  if (/^[-+]?inf(?:inity)?$/i.test(bare)) return bare.startsWith("-") ? -Infinity : Infinity;
  if (/^(?:none|null)$/i.test(bare)) return null;
  return undefined;
};

// ---------- trees: what Python and JSON write in brackets ----------

const CLOSE = { "[": "]", "{": "}", "(": ")" };
const DEEP = 40;

/** Reads one tree at `i`: { node, end }, or null. Nodes: num, str, list, dict, junk. `budget` bounds failed attempts. */
export const readTree = (text, i, budget, depth = 0) => {
  budget.left -= 1;
  if (depth > DEEP || budget.left < 0) return null;
  const space = (k) => {
    while (k < text.length && /[\s\\]/.test(text[k])) k += 1;
    return k;
  };
  const start = i;
  i = space(i);
  const quote = at(QUOTE, text, i);
  if (quote) {
    const content = quote[1] ?? quote[2] ?? quote[3];
    const value = toNumber(content);
    return { node: value === undefined || value === null ? { t: "str", text: content } : { t: "num", value, raw: content, quoted: true }, end: i + quote[0].length };
  }
  const tf = at(TF, text, i);
  if (tf) {
    const inner = readTree(text, i + tf[0].length, budget, depth + 1);
    const close = inner ? text.indexOf(">", inner.end) : -1;
    if (close >= 0) return { node: { ...inner.node, label: /['"]([^'"]+)['"]/.exec(tf[1])?.[1] }, end: close + 1 };
  }
  const call = at(CALL, text, i);
  if (call) {
    const inside = readItems(text, i + call[0].length, ")", budget, depth);
    if (!inside) return null;
    const first = inside.items.find((item) => !["junk", "key"].includes(item.t));
    return first ? { node: { ...first, array: /rray|ensor/.test(call[0]) }, end: inside.end } : null;
  }
  const open = text[i];
  if (open === "{") return readDict(text, i + 1, budget, depth);
  if (open === "[" || open === "(") {
    const inside = readItems(text, i + 1, CLOSE[open], budget, depth);
    return inside && { node: { t: "list", items: inside.items, elided: inside.elided, round: open === "(" }, end: inside.end };
  }
  const none = at(NOTHING, text, i);
  if (none) return { node: { t: "num", value: null, raw: none[0] }, end: i + none[0].length };
  const truth = at(TRUTH, text, i);
  if (truth) return { node: { t: "junk" }, end: i + truth[0].length };
  const special = at(SPECIAL, text, i);
  const plain = special ?? at(PLAIN, text, i);
  if (plain && /[\s,\])}>]/.test(text[i + plain[0].length] ?? " ")) {
    return { node: { t: "num", value: toNumber(plain[0]), raw: plain[0] }, end: i + plain[0].length };
  }
  let k = i; // anything else, up to the next comma or bracket of this level
  const closers = [];
  for (; k < text.length; k += 1) {
    const c = text[k];
    if (CLOSE[c]) closers.push(CLOSE[c]);
    else if (c === closers.at(-1)) closers.pop();
    else if (!closers.length && /[,\])}\n]/.test(c)) break;
    if (k - i > 300) return null;
  }
  budget.left -= k - start;
  return k > i ? { node: { t: "junk", text: text.slice(i, k).trim(), at: i }, end: k } : null;
};

const readItems = (text, i, close, budget, depth) => {
  const items = [];
  let elided = false;
  for (;;) {
    while (i < text.length && /[\s,\\]/.test(text[i])) i += 1;
    if (i >= text.length) {
      budget.left -= 10_000;
      return null;
    }
    if (text[i] === close) return { items, elided, end: i + 1 };
    if (text.startsWith("...", i) || text[i] === "…") {
      elided = true;
      i += text[i] === "…" ? 1 : 3;
      continue;
    }
    const keyword = /(\w+)\s*=(?!=)\s*/y;
    const named = close === ")" ? at(keyword, text, i) : null;
    const item = readTree(text, named ? i + named[0].length : i, budget, depth + 1);
    if (!item || item.end <= i) return null;
    const node = { ...item.node, at: item.node.at ?? i };
    items.push(named && named[1] !== "numpy" ? { t: "key" } : node);
    i = item.end;
    budget.left -= 1;
  }
};

const readDict = (text, i, budget, depth) => {
  const entries = [];
  for (;;) {
    while (i < text.length && /[\s,\\]/.test(text[i])) i += 1;
    if (i >= text.length) {
      budget.left -= 10_000;
      return null;
    }
    if (text[i] === "}") return { node: { t: "dict", entries }, end: i + 1 };
    if (text.startsWith("...", i) || text[i] === "…") {
      i += text[i] === "…" ? 1 : 3;
      continue;
    }
    const bare = /([\p{L}_][\p{L}\p{N}_./-]*)\s*:(?!\/)/uy;
    const word = at(bare, text, i);
    const key = word ? { node: { t: "str", text: word[1] }, end: i + word[0].length - 1 } : readTree(text, i, budget, depth + 1);
    if (!key || (key.node.t === "junk" && key.node.text === undefined)) return null;
    let k = key.end;
    while (k < text.length && /\s/.test(text[k])) k += 1;
    if (text[k] !== ":") return null;
    const value = readTree(text, k + 1, budget, depth + 1);
    if (!value || value.end <= i) return null;
    const flat = (node) => (node.t === "list" ? node.items.map(flat).filter((part) => part !== "").join("/") : node.text ?? node.raw ?? "");
    entries.push({ key: flat(key.node), node: value.node, at: i });
    i = value.end;
    budget.left -= 1;
  }
};

/** Is a list worth a token of its own, and not the brackets around a log's level or a shape? */
const holdsValues = (node) => {
  if (node.t === "dict") return node.entries.length > 0;
  if (node.t !== "list") return node.t === "num";
  const good = node.items.filter((item) => item.t !== "junk").length;
  return good > 0 && good * 2 >= node.items.length && (node.items[0].t !== "str" || node.items.length > 1);
};
const isShape = (node) => node.t === "list" && node.items.length > 0 && node.items.every((x) => x.t === "num" && /^\d+$/.test(x.raw) && !x.quoted);

// ---------- tokens ----------

/** All tokens, each with its line. */
export const tokenize = (text) => {
  const tokens = [];
  const budget = { left: 3_000_000 };
  const commas = findCommas(text);
  const open = []; // brackets of no tree
  let [i, line, bound, stray] = [0, 1, false, null];
  const push = (token, length) => {
    const height = token.t === "tree" ? text.slice(i, i + length).split("\n").length - 1 : Number(token.t === "end");
    tokens.push({ ...token, line, at: i, height });
    line += height;
    i += length;
  };
  while (i < text.length) {
    const c = text[i];
    if (c === "\n") {
      push({ t: "end" }, 1);
      bound = false;
      continue;
    }
    if (c === " " || c === "\f" || c === "\v") { i += 1; continue; }
    const fresh = i === 0 || (/[^\p{L}\p{N}_.]/u.test(text[i - 1]) && !(text[i - 1] === "-" && /\w/.test(text[i - 2] ?? "")));
    let match;
    if (fresh && (match = junkAt(text, i)) && !at(INDEXED, text, i) && !at(TF, text, i)) { push({ t: "junk", text: match[0] }, match[0].length); continue; }
    if (fresh && (match = at(SPAN, text, i))) { push({ t: "span", value: Number(match[1]), raw: match[1] }, match[0].length); continue; }
    if ((match = at(BARS, text, i))) {
      push({ t: "word", text: /^(?:w|θ|p|param|weight)/i.test(match[2]) ? "weight_norm" : /h$/.test(match[2]) ? "dL/dh" : "grad_norm", said: match[0] }, match[0].length);
      continue;
    }
    if (fresh && (match = at(NTH, text, i))) { push({ t: "word", text: match[0].replace(/\s/g, ""), named: true }, match[0].length); continue; }
    if (fresh && (match = at(INDEXED, text, i))) { push({ t: "word", text: match[0].replace(/\.$/, "") }, match[0].length); continue; }
    const opens = "[({<".includes(c) || (fresh && at(CALL, text, i));
    if (opens && budget.left > 0 && (c !== "<" || at(TF, text, i))) {
      const tree = readTree(text, i, budget);
      const before = tokens.at(-1);
      const alone = !before || before.t === "end";
      if (tree && holdsValues(tree.node)) {
        const { node } = tree;
        const called = !"[({".includes(c);
        if (!called && isShape(node) && !(alone && node.items.length > 2 && !node.round)) push({ t: "junk", text: text.slice(i, tree.end), shape: node.items.length > 1, value: Number(node.items[0].raw) }, tree.end - i);
        else if (node.t === "num" && !node.label) push({ t: "num", value: node.value, raw: node.raw ?? "" }, tree.end - i);
        else if (!called && node.t === "list" && node.items.length === 1 && node.items[0].t === "num") push(node.items[0], tree.end - i);
        else push({ t: "tree", node }, tree.end - i);
        continue;
      }
      if (/[[({<]/.test(c)) {
        if (c !== "(" && c !== "<") open.push([CLOSE[c], line]);
        i += 1;
        continue;
      }
    }
    if (c === '"' || c === "'" || c === "`") {
      const quote = fresh ? at(QUOTE, text, i) : null;
      const content = quote && (quote[1] ?? quote[2] ?? quote[3]);
      if (quote) {
        const value = toNumber(content);
        if (value === undefined) push({ t: "word", text: content, quoted: true }, quote[0].length);
        else push({ t: "num", value, raw: content }, quote[0].length);
        continue;
      }
      i += 1;
      continue;
    }
    if (fresh && (match = at(SPECIAL, text, i))) { push({ t: "num", value: toNumber(match[0]), raw: match[0], word: true }, match[0].length); continue; }
    if (fresh && (match = at(NOTHING, text, i))) { push({ t: "num", value: null, raw: match[0], word: true }, match[0].length); continue; }
    if (fresh && (match = at(TRUTH, text, i))) { push({ t: "junk", text: match[0], truth: true }, match[0].length); continue; }
    const signed = /[-+]/.test(c) ? /[\s[({=:,|;>~]/.test(text[i - 1] ?? " ") : fresh;
    if (signed && (match = number(text, i, commas))) {
      const after = text[i + match.length];
      if (after && /[\p{L}_%°€$]/u.test(after)) {
        const unit = at(/[\p{L}\p{N}_%/°€$.]+/uy, text, i + match.length);
        push({ t: "junk", text: text.slice(i, i + match.length) + unit[0] }, match.length + unit[0].length);
      } else if (bound || match.unsure) push({ t: "junk", text: text.slice(i, i + match.length), unsure: match.unsure }, match.length);
      else push({ t: "num", value: match.value, raw: text.slice(i, i + match.length) }, match.length);
      bound = false;
      continue;
    }
    if ((match = at(WORD, text, i))) { push({ t: "word", text: match[0] }, match[0].length); bound = false; continue; }
    if ((match = at(RELATION, text, i))) { push({ t: "rel" }, match[0].length); continue; }
    if ((match = at(SEPARATE, text, i))) { push({ t: "sep", text: match[0] }, match[0].length); bound = false; continue; }
    if ((match = at(BOUND, text, i))) { bound = true; i += match[0].length; continue; }
    if (c === "]" || c === "}") {
      if (open.at(-1)?.[0] === c) open.pop();
      else stray ??= line;
      i += 1;
      continue;
    }
    if (c === "?") push({ t: "ask" }, 1);
    else i += 1;
  }
  tokens.push({ t: "end", line, at: i, unpaired: open[0]?.[1] ?? stray });
  return tokens;
};

/** Are commas inside numbers decimal commas, or do they part thousands? One answer for the whole text, or neither. */
export const findCommas = (text) => {
  const found = text.match(/(?<![\w.,])[-+]?\d+,\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w,.]\d|\w)/g) ?? [];
  const decimal = found.some((n) => !n.includes(".") && (/^[-+]?0\d*,/.test(n) || !/^[-+]?\d{1,3}(?:,\d{3})+$/.test(n)));
  const grouped = found.some((n) => /,\d{3}(?:,\d{3})*\.\d/.test(n) || /,\d{3},\d{3}/.test(n)) || /(?<![\w.,])\d+\.\d+(?![\w.,]*,\d)/.test(text);
  return decimal && !grouped ? "decimal" : grouped && !decimal ? "thousands" : found.length && decimal ? "unsure" : "thousands?";
};

const number = (text, i, commas) => {
  const grouped = at(GROUPED, text, i);
  const comma = at(COMMA, text, i);
  if (comma && commas === "decimal") return { value: Number(comma[0].replace(",", ".")), length: comma[0].length };
  if (grouped) return { value: Number(grouped[0].replaceAll(",", "")), length: grouped[0].length, unsure: !commas.startsWith("thousands") || (commas === "thousands?" && !/,\d{3},/.test(grouped[0])) };
  if (comma && commas === "unsure") return { length: comma[0].length, unsure: true };
  const plain = at(PLAIN, text, i);
  return plain && { value: Number(plain[0]), length: plain[0].length };
};
