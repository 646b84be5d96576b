/* Where the net is computed: here, or in a worker when it has many weights. One request at a time; the newest waiting one is served next. */

import { Net } from "./net.js";
import { weightCount } from "./settings.js";

export const WORKER_FROM = 500_000; // weights

/** The lab's worker; it speaks the messages of worker.js. */
export const startWorker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });

export class Engine {
  /** found(result, settings): called when the worker has one; progress(layer); failed(message). */
  constructor({ found, progress, failed }) {
    Object.assign(this, { found, progress, failed, net: new Net(), worker: null, busy: null, waiting: null, token: 0 });
  }

  /** The norms at once where the net is small; else null, and `found` is called later. */
  ask(settings) {
    if (weightCount(settings) > WORKER_FROM) {
      this.net.free();
      this.send({ ...settings });
      return null;
    }
    this.stop();
    this.net.configure({ ...settings });
    return this.net.run();
  }

  /** How far rounding decides, for the net that `ask` computed here. */
  sensitivity(result) { return this.net.settings ? this.net.sensitivity(result) : 0; }

  send(settings) {
    if (this.busy) {
      this.waiting = settings;
      return;
    }
    this.worker ??= this.start();
    this.busy = settings;
    this.worker.postMessage({ kind: "measure", settings, token: this.token += 1 });
  }

  start() {
    const worker = startWorker();
    worker.onmessage = ({ data }) => {
      if (data.token !== this.token) return;
      if (data.kind === "layer") this.progress(data.layer);
      else this.receive(data);
    };
    worker.onerror = () => this.receive({ kind: "failed", message: "the worker could not be started" });
    return worker;
  }

  receive(data) {
    const settings = this.busy, next = this.waiting;
    this.busy = this.waiting = null;
    if (next) this.send(next);
    else if (data.kind === "measured") this.found(data.found, settings);
    else this.failed(data.message);
  }

  stop() {
    this.worker?.terminate();
    this.worker = this.busy = this.waiting = null;
  }

  free() {
    this.stop();
    this.net.free();
  }
}
