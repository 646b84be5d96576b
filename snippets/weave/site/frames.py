"""The labs alone, one page each, for a frame in someone else's page."""

import html

from snippets.weave.figures.drawing import describe_figure, inline_figure
from snippets.weave.figures.loading import fill, load_figure
from snippets.weave.numbers.book import Book
from snippets.weave.pages.labs import LABS

FIGURES = {
    "gradient-lab": "lab_presets",
    "recurrent-lab": "recurrent_lab",
    "phase-map": "mean_field_map",
    "sketch-pad": "two_curves",
}
PLACE = "https://example.org/gradient/"  # stands in shown embed code for the address of the site, where that is not known

PAGE = """<!doctype html>
<html lang="en" dir="ltr" style="font-size: 125%">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <title>{title} · Where the Gradient Goes</title>
  <link rel="icon" href="../assets/images/logo.svg">
  <link rel="preload" as="font" type="font/woff2" crossorigin href="../assets/fonts/WG-Serif.woff2">
  <link rel="preload" as="font" type="font/woff2" crossorigin href="../assets/fonts/WG-Sans.woff2">
  <link rel="stylesheet" href="../assets/stylesheets/site.css">
  <link rel="stylesheet" href="../assets/stylesheets/lab.css">
  <script type="module" src="../assets/javascripts/lab/{tag}.js"></script>
</head>
<body class="embed" data-md-color-scheme="default">
  <main class="md-typeset">
    <h1 class="embed__title">{title}</h1>
    <{tag} data-place="{name}">
      <noscript><p>This needs JavaScript. <a href="../{home}">The page it stands on</a> has a table as well.</p></noscript>
{figure}
    </{tag}>
    <p class="embed__foot"><a href="../{home}" target="_top">Where the Gradient Goes</a>, CC BY 4.0</p>
  </main>
</body>
</html>
"""


FIGURE = """      <figure class="fig">
        <figcaption><p class="fig__title">{title}</p><p class="fig__sub">{sub}</p></figcaption>
        <span class="svg">{svg}</span>
      </figure>"""
FOLDED = """      <details class="question"><summary>The measured curves</summary>
{figure}
      </details>"""  # who sketches has not seen them


def path_of(tag: str) -> str:
    """Where the page of a lab lies under the site."""
    return f"embed/{tag}.html"


def write_frame(tag: str, book: Book) -> bytes:
    """The page of a lab."""
    title, name, home = LABS[tag]
    return PAGE.format(
        tag=tag, title=title, name=name, home=home, figure=_instead(tag, book)
    ).encode()


def _instead(tag: str, book: Book) -> str:
    """The figure that stands there where the lab can't run."""
    name = FIGURES[tag]
    module = load_figure(name, book)
    title, sub = (
        html.escape(fill(text, book, tagged=False)) for text in (module.TITLE, module.SUB)
    )
    figure = FIGURE.format(
        title=title, sub=sub, svg=inline_figure(name, describe_figure(name, book), book)
    )
    return FOLDED.format(figure=figure) if tag == "sketch-pad" else figure


def put_address(text: str, site_url: str) -> str:
    """A page's Markdown with the address of the site in what it shows to embed, where that is known."""
    return text.replace(PLACE, site_url or PLACE)
