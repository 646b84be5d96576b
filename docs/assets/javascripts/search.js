/* The search's worker: it fetches the theme's own worker and the whole index when someone searches, not before.
   The theme starts it at every page; main.html names the theme's worker behind the ?. */

const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3; // the theme's messages
const WHOLE = new URL("../../search/whole.json", location);

let settings;
let asked; // the last question that came before the index
let coming;

const pass = (type, data) => dispatchEvent(new MessageEvent("message", { data: { type, data } }));

const answer = () => { if (asked) pass(QUERY, asked); };

/** Fetch the index once; a failure is told, and the next letter tries again. */
const fetchWhole = () => {
  coming ??= fetch(WHOLE).then((response) => {
    if (!response.ok) throw new Error(`${response.status} ${WHOLE}`);
    return response.json();
  }).then(({ docs }) => {
    removeEventListener("message", stand);
    importScripts(location.search.slice(1)); // from here on the theme's worker listens, too
    pass(SETUP, { ...settings, docs });
    setTimeout(answer); // its setup ends in a microtask
  }).catch((error) => {
    coming = undefined;
    console.warn(error);
  });
  return coming;
};

/** Stands in for the theme's worker until then: ready at once, and an empty question has an empty answer. */
const stand = ({ data: { type, data } }) => {
  if (type === SETUP) {
    settings = data;
    postMessage({ type: READY });
    return;
  }
  asked = data;
  if (asked) fetchWhole();
  else postMessage({ type: RESULT, data: { items: [] } });
};
addEventListener("message", stand);

/** The search field has the focus: the index may come while a person types. */
new BroadcastChannel("search").onmessage = () => { if (settings) fetchWhole(); };
