"""The labs alone, one page each, for a frame in someone else's page."""

LABS = {
    "gradient-lab": ("The gradient lab", "lab", "understand/"),
    "recurrent-lab": ("The recurrent lab", "recurrent-lab", "understand/recurrent/"),
    "phase-map": ("The map of phases", "phase-map", "understand/signal-propagation/"),
    "sketch-pad": ("Sketch the two curves", "sketch-pad", "practice/sketch/"),
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
    <{tag} id="{name}">
      <p>This needs JavaScript. <a href="../{home}">The page it stands on</a> has drawn figures and a table instead.</p>
    </{tag}>
    <p class="embed__foot"><a href="../{home}" target="_top">Where the Gradient Goes</a>, CC BY 4.0</p>
  </main>
</body>
</html>
"""


def path_of(tag: str) -> str:
    """Where the page of a lab lies under the site."""
    return f"embed/{tag}.html"


def page(tag: str) -> bytes:
    """The page of a lab."""
    title, name, home = LABS[tag]
    return PAGE.format(tag=tag, title=title, name=name, home=home).encode()


def placed(text: str, site_url: str) -> str:
    """A page's Markdown with the address of the site in what it shows to embed, where that is known."""
    return text.replace(PLACE, site_url or PLACE)
