/* Matrices and vectors in Float64Array, rows one after the other. Four inputs and two rows at a time: a processor then waits less. */

/** out = X Wᵀ + bias: X holds `batch` rows of `columns`, W `rows` by `columns`, out `batch` rows of `rows`. */
export const product = (X, W, bias, out, batch, rows, columns) => {
  let b = 0;
  for (; b + 4 <= batch; b += 4) {
    const x0 = b * columns, x1 = x0 + columns, x2 = x1 + columns, x3 = x2 + columns;
    let i = 0;
    for (; i + 2 <= rows; i += 2) {
      const u = i * columns, v = u + columns;
      let u0 = 0, u1 = 0, u2 = 0, u3 = 0, v0 = 0, v1 = 0, v2 = 0, v3 = 0;
      for (let j = 0; j < columns; j++) {
        const s = W[u + j], t = W[v + j];
        const p = X[x0 + j], q = X[x1 + j], r = X[x2 + j], w = X[x3 + j];
        u0 += s * p; u1 += s * q; u2 += s * r; u3 += s * w;
        v0 += t * p; v1 += t * q; v2 += t * r; v3 += t * w;
      }
      const at = b * rows + i, c = bias[i], d = bias[i + 1];
      out[at] = u0 + c; out[at + rows] = u1 + c; out[at + 2 * rows] = u2 + c; out[at + 3 * rows] = u3 + c;
      out[at + 1] = v0 + d; out[at + rows + 1] = v1 + d; out[at + 2 * rows + 1] = v2 + d; out[at + 3 * rows + 1] = v3 + d;
    }
    for (; i < rows; i++) for (let k = b; k < b + 4; k++) out[k * rows + i] = dot(W, i * columns, X, k * columns, columns) + bias[i];
  }
  for (; b < batch; b++) {
    for (let i = 0; i < rows; i++) out[b * rows + i] = dot(W, i * columns, X, b * columns, columns) + bias[i];
  }
};

/** The inner product of two pieces of `count` entries. */
export const dot = (A, from, B, start, count) => {
  let sum = 0;
  for (let j = 0; j < count; j++) sum += A[from + j] * B[start + j];
  return sum;
};

/** out = E W: the gradient by the inputs of `product`. */
export const productBack = (E, W, out, batch, rows, columns) => {
  out.fill(0, 0, batch * columns);
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const w0 = i * columns, w1 = w0 + columns, w2 = w1 + columns, w3 = w2 + columns;
    let b = 0;
    for (; b + 2 <= batch; b += 2) {
      const e = b * rows + i, f = e + rows, o = b * columns, p = o + columns;
      const e0 = E[e], e1 = E[e + 1], e2 = E[e + 2], e3 = E[e + 3];
      const f0 = E[f], f1 = E[f + 1], f2 = E[f + 2], f3 = E[f + 3];
      for (let j = 0; j < columns; j++) {
        const r = W[w0 + j], s = W[w1 + j], t = W[w2 + j], u = W[w3 + j];
        out[o + j] += e0 * r + e1 * s + e2 * t + e3 * u;
        out[p + j] += f0 * r + f1 * s + f2 * t + f3 * u;
      }
    }
    for (; b < batch; b++) for (let k = i; k < i + 4; k++) add(out, b * columns, W, k * columns, E[b * rows + k], columns);
  }
  for (; i < rows; i++) for (let b = 0; b < batch; b++) add(out, b * columns, W, i * columns, E[b * rows + i], columns);
};

const add = (out, to, W, from, factor, count) => {
  for (let j = 0; j < count; j++) out[to + j] += factor * W[from + j];
};

/** out = Eᵀ X, the gradient by the matrix of `product`. */
export const outer = (E, X, out, batch, rows, columns) => {
  out.fill(0, 0, rows * columns);
  let b = 0;
  for (; b + 4 <= batch; b += 4) {
    const x0 = b * columns, x1 = x0 + columns, x2 = x1 + columns, x3 = x2 + columns;
    for (let i = 0; i < rows; i++) {
      const e = b * rows + i;
      const e0 = E[e], e1 = E[e + rows], e2 = E[e + 2 * rows], e3 = E[e + 3 * rows];
      const o = i * columns;
      for (let j = 0; j < columns; j++) out[o + j] += e0 * X[x0 + j] + e1 * X[x1 + j] + e2 * X[x2 + j] + e3 * X[x3 + j];
    }
  }
  for (; b < batch; b++) for (let i = 0; i < rows; i++) add(out, i * columns, X, b * columns, E[b * rows + i], columns);
};

/** The largest absolute value among the first `count`; NaN if one is among them. */
export const largest = (x, count) => {
  let most = 0;
  for (let i = 0; i < count; i++) {
    const size = Math.abs(x[i]);
    if (!(size <= most)) {
      if (size !== size) return NaN;
      most = size;
    }
  }
  return most;
};

const TINY = 1e-280, HUGE = 1e280; // sums of squares between these have lost nothing

/** Euclidean norm of the first `count` entries; scaled where the squares underflow or overflow. */
export const norm = (x, count) => {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[i] * x[i];
  if (sum > TINY && sum < HUGE) return Math.sqrt(sum);
  const most = largest(x, count);
  if (most === 0 || !Number.isFinite(most)) return most;
  sum = 0;
  for (let i = 0; i < count; i++) { const v = x[i] / most; sum += v * v; }
  return most * Math.sqrt(sum);
};

/** The norm of Eᵀ X, row by row, without the matrix. */
export const outerNorm = (E, X, batch, rows, columns) => {
  const row = new Float64Array(columns);
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let b = 0;
    for (; b + 4 <= batch; b += 4) {
      const e = b * rows + i, x0 = b * columns, x1 = x0 + columns, x2 = x1 + columns, x3 = x2 + columns;
      const e0 = E[e], e1 = E[e + rows], e2 = E[e + 2 * rows], e3 = E[e + 3 * rows];
      if (b === 0) for (let j = 0; j < columns; j++) row[j] = e0 * X[x0 + j] + e1 * X[x1 + j] + e2 * X[x2 + j] + e3 * X[x3 + j];
      else for (let j = 0; j < columns; j++) row[j] += e0 * X[x0 + j] + e1 * X[x1 + j] + e2 * X[x2 + j] + e3 * X[x3 + j];
    }
    for (; b < batch; b++) add(row, 0, X, b * columns, E[b * rows + i], columns);
    for (let j = 0; j < columns; j++) sum += row[j] * row[j];
  }
  return Math.sqrt(sum);
};

/** Orthonormal columns from those of the `size` by `size` matrix A: modified Gram-Schmidt, so that R has a positive diagonal. */
export const orthonormal = (A, size) => {
  const Q = Float64Array.from(A);
  const along = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    let square = 0;
    for (let i = 0; i < size; i++) square += Q[i * size + j] * Q[i * size + j]; // `**` would round otherwise
    const length = Math.sqrt(square);
    for (let i = 0; i < size; i++) Q[i * size + j] /= length;
    along.fill(0);
    for (let i = 0; i < size; i++) {
      const q = Q[i * size + j];
      for (let k = j + 1; k < size; k++) along[k] += q * Q[i * size + k];
    }
    for (let i = 0; i < size; i++) {
      const q = Q[i * size + j];
      for (let k = j + 1; k < size; k++) Q[i * size + k] -= q * along[k];
    }
  }
  return Q;
};
