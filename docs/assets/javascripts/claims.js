/* The claims' filter: `.claims-bar` holds buttons with data-filter (a verdict, or "all") and a select with data-topic.
   A claim carries data-verdict and data-topic, the latter with one or more topics apart by spaces. */

const startFilter = (bar) => {
  const buttons = [...bar.querySelectorAll("[data-filter]")];
  const topics = bar.querySelector("select[data-topic]");
  const claims = [...document.querySelectorAll(".claim")];
  const count = document.querySelector(".claims-count");

  const show = (verdict, topic) => {
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.filter === verdict)));
    if (topics) topics.value = topic;
    claims.forEach((claim) => {
      const fits = (verdict === "all" || claim.dataset.verdict === verdict)
        && (!topic || (claim.dataset.topic ?? "").split(" ").includes(topic));
      claim.hidden = !fits;
    });
    const left = claims.filter((claim) => !claim.hidden).length;
    if (count) count.textContent = left === claims.length ? `All ${left} claims.` : `${left} of ${claims.length} claims.`;
  };

  const findPressed = () => buttons.find((button) => button.getAttribute("aria-pressed") === "true")?.dataset.filter ?? "all";
  buttons.forEach((button) => button.addEventListener("click", () => show(button.dataset.filter, topics?.value ?? "")));
  topics?.addEventListener("change", () => show(findPressed(), topics.value));
  if (topics?.value) show(findPressed(), topics.value);
  return show;
};

let show;
/** Make the filter of this page work. */
export const start = () => {
  const bar = document.querySelector(".claims-bar");
  if (!bar || bar.dataset.ready) return;
  bar.dataset.ready = "";
  show = startFilter(bar);
};

/* a link to a claim that the filter hides shows it */
addEventListener("hashchange", () => {
  const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const claim = named && named.closest(".claim[hidden]"); // its name, or one that it had before
  if (!claim) return;
  show?.("all", "");
  claim.scrollIntoView();
});
