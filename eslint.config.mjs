/* What `make lint` asks of every script: few rules, each against a fault, none about looks. */

const GLOBALS = `AbortController Blob BroadcastChannel CompressionStream DecompressionStream Event HTMLElement IntersectionObserver
  MessageEvent MutationObserver ResizeObserver TextDecoder TextEncoder URL URLSearchParams Worker XMLSerializer addEventListener atob btoa
  clearInterval clearTimeout console customElements dispatchEvent document fetch getComputedStyle history innerHeight localStorage location
  matchMedia navigator performance postMessage removeEventListener requestAnimationFrame requestIdleCallback scrollBy scrollTo
  sessionStorage setInterval setTimeout window`;
const known = (names) => Object.fromEntries(names.split(/\s+/).map((name) => [name, "readonly"]));

const MAKER = "docs/assets/javascripts/dom.js";
const made = (property) => ({ object: "document", property, message: `Elements are made in ${MAKER}.` });

export default [
  { ignores: ["**/vendor/"] },
  {
    languageOptions: { globals: known(GLOBALS) },
    rules: {
      "array-callback-return": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-constant-binary-expression": "error",
      "no-dupe-class-members": "error",
      "no-dupe-keys": "error",
      "no-fallthrough": "error",
      "no-implicit-globals": "error",
      "no-loss-of-precision": "error",
      "no-restricted-properties": ["error", made("createElement"), made("createElementNS")],
      "no-shadow": "error",
      "no-undef": "error",
      "no-unreachable": "error",
      "no-unsafe-optional-chaining": "error",
      "no-unused-vars": "error",
      "no-useless-assignment": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  // classic scripts: a page that has moved, the search's worker, the start of the offline edition
  {
    files: ["docs/assets/javascripts/{redirect,search}.js", "snippets/chores/archive/start.js"],
    languageOptions: { sourceType: "script", globals: known("MODULES importScripts") },
  },
  { files: [MAKER, "snippets/chores/archive/start.js"], rules: { "no-restricted-properties": "off" } },
];
