/* Nets worth seeing, named after what they show; each with what to look for and a question to answer before looking. */

/** What is asked, and how an answer is judged: by the signal at layer 1 against that at the last. */
export const ANSWERS = {
  fades: { name: "Far less than at the loss", holds: (share) => share < 1e-2, found: "it fades" },
  stays: { name: "About the same, within a factor of 100", holds: (share) => share >= 1e-2 && share <= 1e2, found: "it stays about level" },
  grows: { name: "Far more than at the loss", holds: (share) => share > 1e2, found: "it grows" },
};

export const PRESETS = {
  sigmoid: {
    name: "The 1990s sigmoid",
    look: "A factor well below one at every layer. Spread and saturation look harmless; only the signal tells.",
    ask: "Thirty sigmoid layers with nn.Linear's own weights. What does layer 1 receive?",
    settings: { activation: "sigmoid", loss: "square" },
  },
  relu: {
    name: "ReLU as PyTorch initializes it",
    look: "ReLU does not prevent it: nn.Linear's default weights are too small for ReLU. The outputs shrink too, until only the biases carry them.",
    ask: "Thirty ReLU layers with nn.Linear's own weights. What does layer 1 receive?",
    settings: {},
  },
  he: {
    name: "ReLU with He's weights",
    look: "The same net with larger weights: signal and spread stay near level. Draw other seeds and see by how much they differ.",
    ask: "Now the weights have a variance of 2/n. What does layer 1 receive?",
    settings: { init: "he" },
  },
  explodes: {
    name: "The skip that explodes",
    look: "Each block adds to what comes in. The spread of the outputs grows by layer, and the signal grows toward the input.",
    ask: "Thirty ReLU blocks with plain skips. What does layer 1 receive?",
    settings: { skip: "plain", loss: "square" },
  },
  scaled: {
    name: "The skip that is scaled",
    look: "Dividing each branch by √L tames the growth. Not all of it: at 100 layers the means of the ReLU branches still add up. "
      + "Put the activation first (More settings, order), and that goes too.",
    ask: "The same skips, each branch divided by √L. What does layer 1 receive?",
    settings: { skip: "scaled", init: "he" },
  },
  batchnorm: {
    name: "BatchNorm's growth",
    look: "The outputs are level by construction, and the signal still grows from layer to layer. Change the gain: the growth stays.",
    ask: "Fifty ReLU layers, each with BatchNorm. What does layer 1 receive?",
    settings: { depth: 50, batch: 32, init: "he", norm: "batch", place: "after", order: "pre" },
  },
  narrow: {
    name: "Narrow and deep",
    look: "The prediction for wide nets is a level line. Eight units are not wide. Draw a few seeds: "
      + "in some a whole layer is off for every input, and nothing arrives.",
    ask: "A hundred ReLU layers of eight units, He's weights. What does layer 1 receive?",
    settings: { depth: 100, width: 8, init: "he" },
  },
  postnorm: {
    name: "Post-norm",
    look: "Normalized after each sum, the outputs keep their size, and the signal wanders about a level line.",
    ask: "Fifty blocks with skips, LayerNorm after each sum. What does layer 1 receive?",
    settings: { depth: 50, init: "he", norm: "layer", place: "sum", skip: "plain", order: "pre" },
  },
  prenorm: {
    name: "Pre-norm",
    look: "Normalized before each branch, the sum grows with depth, so later blocks count for less: the signal grows slowly toward the input.",
    ask: "The same blocks, LayerNorm before each branch. What does layer 1 receive?",
    settings: { depth: 50, init: "he", norm: "layer", place: "before", skip: "plain", order: "pre" },
  },
};
