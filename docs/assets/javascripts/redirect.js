/* A page that has moved sends its readers on, with what stands behind the # and the ?; the classic script of pages made by
   snippets/weave/site/addresses.py. Without it their links, and a refresh, lead there. */

{
  const part = location.hash.slice(1).split("?")[0];
  const named = [...document.querySelectorAll("a[data-part]")].find((link) => link.dataset.part === part);
  const target = new URL((named ?? document.querySelector("a[data-moved]")).href);
  target.search = location.search;
  if (location.hash && !named) target.hash = location.hash;
  location.replace(target);
}
