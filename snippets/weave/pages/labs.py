"""The labs, elements of a page: of each its title, its anchor and the page it stands on."""

LABS = {
    "gradient-lab": ("The gradient lab", "lab", "understand/"),
    "recurrent-lab": ("The recurrent lab", "recurrent-lab", "understand/recurrent/"),
    "phase-map": ("The map of phases", "phase-map", "understand/signal-propagation/"),
    "sketch-pad": ("Sketch the two curves", "sketch-pad", "practice/sketch/"),
}
