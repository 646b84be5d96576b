/* The lab's worker: measures large nets and trains. Messages in: {kind: "measure", settings, token}, {kind: "train", settings, dataset, rate,
   token}, then "rate", "pause", "resume", "step", "stop". Messages out: "layer", "measured", "progress", "failed", each with its token. */

import { dataset } from "./datasets.js";
import { Net } from "./net.js";
import { checked, Training } from "./training.js";

const EVERY = 100; // milliseconds between two reports
const SLICE = 40; // milliseconds of steps before messages are heard again
const LAYERS = 20; // reports while weights are drawn, at most

const net = new Net();
let training = null, token = 0, running = false, wanted = 0;

const report = () => postMessage({ kind: "progress", token, ...training.report(), finished: training.finished() });

const measure = (given, asked) => {
  const settings = checked(given);
  const apart = Math.ceil(settings.depth / LAYERS);
  net.configure(settings, (layer) => { if (layer % apart === 0) postMessage({ kind: "layer", token: asked, layer }); });
  const found = net.run();
  postMessage({ kind: "measured", token: asked, found: { ...found, sensitivity: net.sensitivity(found) } });
};

let told = 0, due = false;

const failed = (error, asked) => postMessage({ kind: "failed", token: asked, message: error.message });

const wake = () => {
  if (!due) setTimeout(() => { try { work(); } catch (error) { failed(error, token); } });
  due = true;
};

/** Steps for a while, then a turn for whatever messages wait. */
const work = () => {
  due = false;
  if (!training || training.finished()) return;
  const began = performance.now();
  const hungry = () => (running || wanted > 0) && !training.finished();
  while (hungry() && performance.now() - began < SLICE) {
    training.step();
    wanted = Math.max(0, wanted - 1);
  }
  const idle = !hungry();
  if (training.steps && (idle || performance.now() - told > EVERY)) {
    report();
    told = performance.now();
  }
  if (!idle) wake();
};

const train = async ({ settings, dataset: name, rate, token: asked, paused }) => {
  token = asked;
  training = null; // what ran before does not report under this token
  training = new Training(settings, await dataset(name, settings.seed), rate);
  running = !paused;
  wanted = 0;
  wake();
};

const HANDLERS = {
  measure: ({ settings, token: asked }) => measure(settings, asked),
  train,
  rate: ({ rate }) => { if (training) training.rate = rate; },
  pause: () => { running = false; },
  resume: () => { running = true; wake(); },
  step: () => { wanted += 1; wake(); },
  stop: () => { training = null; running = false; },
};

let before = Promise.resolve(); // one message at a time, in their order

addEventListener("message", ({ data }) => {
  before = before.then(async () => {
    if (!Object.hasOwn(HANDLERS, data.kind)) throw new Error(`“${data.kind}” is no message of this worker`);
    await HANDLERS[data.kind](data);
  }).catch((error) => failed(error, data.token ?? token));
});
