/* Random numbers that depend on seed, stream and index alone, so that PyTorch can draw the very same ones.
   Philox 2x32-10 (Salmon et al. 2011) turns each counter into two 32-bit words; Box-Muller turns these into two normals,
   rounded to float32: logarithm and cosine may differ in their last place from one language to the next, and not after that. */

const MULTIPLIER = 0xd256d193;
const WEYL = 0x9e3779b9;
const ROUNDS = 10;
const WORDS = 2 ** 32;

/** The upper 32 bits of the product of two 32-bit words. */
const high = (a, b) => {
  const low = a & 0xffff, up = a >>> 16;
  const bLow = b & 0xffff, bUp = b >>> 16;
  const middle = up * bLow + ((low * bLow) >>> 16);
  return (up * bUp + (middle >>> 16) + ((low * bUp + (middle & 0xffff)) >>> 16)) >>> 0;
};

/** Two words for each of `count` counters of a stream: [first, second], Uint32Arrays. */
export const words = (seed, stream, count) => {
  const first = new Uint32Array(count), second = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let a = i, b = stream, key = seed;
    for (let round = 0; round < ROUNDS; round++) {
      const up = high(a, MULTIPLIER), low = Math.imul(a, MULTIPLIER);
      a = up ^ key ^ b;
      b = low;
      key = (key + WEYL) | 0;
    }
    first[i] = a;
    second[i] = b;
  }
  return [first, second];
};

/** `count` standard normals, a Float32Array. */
export const normals = (seed, stream, count) => {
  const [first, second] = words(seed, stream, (count + 1) >> 1);
  const drawn = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((first[i >> 1] + 1) / WORDS));
    const angle = 2 * Math.PI * (second[i >> 1] / WORDS);
    drawn[i] = radius * Math.cos(angle);
    if (i + 1 < count) drawn[i + 1] = radius * Math.sin(angle);
  }
  return drawn;
};

/** `count` numbers, uniform between -1 and 1, a Float32Array. */
export const uniforms = (seed, stream, count) => {
  const [first] = words(seed, stream, count);
  return Float32Array.from(first, (word) => (2 * word + 1) / WORDS - 1);
};
