const logistic = (z) => (1 + Math.tanh(z / 2)) / 2;
const slope = {
  sigmoid: (z) => logistic(z) * logistic(-z),
  relu: (z) => (z > 0 ? 1 : 0),
};

function sendBack(layers, { phi, w, z }) {
  let signal = 1;
  for (let l = layers; l > 0; l--) signal *= w * slope[phi](z);
  return signal;
}

const show = (name, chain) =>
  console.log(name.padEnd(16), sendBack(20, chain).toExponential(2));

show("sigmoid, w = 1", { phi: "sigmoid", w: 1, z: 0 });
show("sigmoid, w = 4", { phi: "sigmoid", w: 4, z: 0 });
show("ReLU, w = 1", { phi: "relu", w: 1, z: 1 });
show("ReLU, w = 1.1", { phi: "relu", w: 1.1, z: 1 });
