/* The activations and their slopes, as PyTorch defines them, and the error function that two of them need. */

const HALF_ROOT = Math.SQRT1_2;
const DENSITY = 1 / Math.sqrt(2 * Math.PI);
const ROOT_PI = Math.sqrt(Math.PI);
const TAIL_FROM = 1.25; // up to here the series, from here on the fraction
const ONE_FROM = 6; // above, erf is one in double precision
const FRACTIONS = 190; // over x²: so many steps of the fraction are enough

/** exp(-x²) without the rounding of x²: the square of a float32 is exact. */
const bell = (x) => {
  const near = Math.fround(x);
  return Math.exp(-near * near) * Math.exp((near - x) * (near + x));
};

/** The error function in double precision: a series whose terms are all positive, then Laplace's continued fraction for the tail
    (Abramowitz & Stegun 7.1.6 and 7.1.14). */
export const erf = (x) => {
  const size = Math.abs(x);
  if (!(size < ONE_FROM)) return Number.isNaN(x) ? NaN : Math.sign(x);
  if (size > TAIL_FROM) {
    let below = size;
    for (let k = Math.ceil(FRACTIONS / (x * x)); k > 0; k--) below = size + k / 2 / below;
    return Math.sign(x) * (1 - bell(size) / ROOT_PI / below);
  }
  const double = 2 * x * x;
  let term = size, sum = size;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= double / k;
    sum += term;
  }
  return Math.sign(x) * (2 / ROOT_PI) * bell(size) * sum;
};

const logistic = (z) => 1 / (1 + Math.exp(-z));
const below = (z) => 0.5 * (1 + erf(z * HALF_ROOT));


/**
 * name: how readers call it; apply: fills values and slopes; steepest: the largest slope; flat: whether a slope near zero means
 * a saturated unit; torch: the same in PyTorch.
 */
export const ACTIVATIONS = {
  linear: {
    name: "linear", steepest: 1, flat: false, torch: (z) => z,
    apply: (z, out, slope, count) => { for (let i = 0; i < count; i++) { out[i] = z[i]; slope[i] = 1; } },
  },
  sigmoid: {
    name: "sigmoid", steepest: 0.25, flat: true, torch: (z) => `torch.sigmoid(${z})`,
    apply: (z, out, slope, count) => { for (let i = 0; i < count; i++) { const s = logistic(z[i]); out[i] = s; slope[i] = s * (1 - s); } },
  },
  tanh: {
    name: "tanh", steepest: 1, flat: true, torch: (z) => `torch.tanh(${z})`,
    apply: (z, out, slope, count) => { for (let i = 0; i < count; i++) { const t = Math.tanh(z[i]); out[i] = t; slope[i] = 1 - t * t; } },
  },
  erf: {
    name: "erf", steepest: 2 / ROOT_PI, flat: true, torch: (z) => `torch.erf(${z})`,
    apply: (z, out, slope, count) => {
      for (let i = 0; i < count; i++) { out[i] = erf(z[i]); slope[i] = 2 / ROOT_PI * Math.exp(-z[i] * z[i]); }
    },
  },
  relu: {
    name: "ReLU", steepest: 1, flat: true, torch: (z) => `torch.relu(${z})`,
    apply: (z, out, slope, count) => { // what is no number stays none, as in PyTorch
      for (let i = 0; i < count; i++) { const off = z[i] <= 0; out[i] = off ? 0 : z[i]; slope[i] = off ? 0 : 1; }
    },
  },
  leaky: {
    name: "leaky ReLU", steepest: 1, flat: false, torch: (z) => `F.leaky_relu(${z})`,
    apply: (z, out, slope, count) => { for (let i = 0; i < count; i++) { const s = z[i] > 0 ? 1 : 0.01; out[i] = s * z[i]; slope[i] = s; } },
  },
  elu: {
    name: "ELU", steepest: 1, flat: true, torch: (z) => `F.elu(${z})`,
    apply: (z, out, slope, count) => {
      for (let i = 0; i < count; i++) { const on = z[i] > 0; out[i] = on ? z[i] : Math.expm1(z[i]); slope[i] = on ? 1 : Math.exp(z[i]); }
    },
  },
  gelu: {
    name: "GELU", steepest: 1.1289, flat: true, torch: (z) => `F.gelu(${z})`,
    apply: (z, out, slope, count) => {
      for (let i = 0; i < count; i++) {
        const p = below(z[i]);
        out[i] = z[i] * p;
        slope[i] = p + z[i] * DENSITY * Math.exp(-0.5 * z[i] * z[i]);
      }
    },
  },
  silu: {
    name: "SiLU", steepest: 1.0998, flat: true, torch: (z) => `F.silu(${z})`,
    apply: (z, out, slope, count) => {
      for (let i = 0; i < count; i++) { const s = logistic(z[i]); out[i] = z[i] * s; slope[i] = s * (1 + z[i] * (1 - s)); }
    },
  },
};
