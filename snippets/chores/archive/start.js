/* In the offline edition this stands for the module scripts of a page. From a server it fetches them as the site does. From disk no
   browser fetches a module, so those that stand below come as text; the labs, which also need workers and data, say how to start them. */

{
  const HERE = new URL("./", document.currentScript.src); // assets/javascripts/
  const ROOT = new URL("../../", HERE);
  const LABS = "gradient-lab, recurrent-lab, phase-map, sketch-pad";
  const OTHERS = ".reader, .differential, .questions, .claims-bar";
  const entries = document.currentScript.dataset.modules.split(" ");

  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  /** A place that does not work from disk says so, and how to start it. */
  const say = (place) => {
    const page = location.href.split("#")[0].slice(ROOT.href.length) || "index.html";
    const name = place.id || place.dataset.place;
    const address = `http://127.0.0.1:8000/${page}${name ? `#${name}` : ""}`;
    const said = make("div", { className: "admonition note from-disk" },
      make("p", { className: "admonition-title", textContent: "This part needs a small server" }),
      make("p", {}, "You opened the page from disk. In the folder that holds README.txt, run ",
        make("code", { textContent: "python -m http.server" }), ", then open ", make("a", { href: address, textContent: "this page from there" }),
        ". All that is printed here can be read without it."));
    if (place.matches(LABS)) place.prepend(said);
    else place.before(said);
  };
  const tell = (places) => document.querySelectorAll(places).forEach(say);

  /** Each module as an address of its own, those it imports before it. */
  const unpacked = (modules) => {
    const addresses = new Map();
    for (const [path, source] of modules) {
      const at = new URL(path, HERE);
      const text = source
        .replace(/\bfrom "(\.[^"]+)"/g, (_, to) => `from "${addresses.get(new URL(to, at).href)}"`)
        .replace(/\bimport\(/g, `fromDisk("${at.href}", `)
        .replaceAll("import.meta.url", JSON.stringify(at.href));
      addresses.set(at.href, URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    }
    return addresses;
  };

  /** What cannot be had from disk never arrives. */
  const fromDisk = (modules) => {
    const addresses = unpacked(modules);
    window.fromDisk = (at, to) => (addresses.has(new URL(to, at).href) ? import(addresses.get(new URL(to, at).href)) : new Promise(() => {}));
    return Promise.all(entries.map((entry) => window.fromDisk(HERE, entry)));
  };

  /** A browser that runs nothing of this from disk: tables stay tables, and each part says what it needs. */
  const plain = () => {
    tell(OTHERS);
    document.querySelectorAll(".stack").forEach((table) => table.classList.remove("stack"));
  };

  if (location.protocol === "file:") {
    tell(LABS);
    try {
      fromDisk(MODULES).catch(plain);
    } catch {
      plain();
    }
  } else {
    entries.forEach((entry) => document.head.append(make("script", { type: "module", src: new URL(entry, HERE).href })));
  }
}
