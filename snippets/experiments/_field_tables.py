"""Models of tables, of series and of what an agent did, as their libraries draw them; sizes alone are made small."""

from __future__ import annotations

import importlib.util
import sys
import types

import torch
from torch import nn
from torch.nn import functional as F

from snippets.experiments._doctor_zoo_parts import cross_entropy
from snippets.experiments._field_parts import by_place, cases, classes, put, rows


def mixed(n=64, numbers=4, words=3, size=6):
    """Numbers, words as ids, and a class that depends on both."""
    y = classes(n, 2)
    word = (2 * y[:, None] + torch.randint(4, (n, words))) % size
    return word, torch.randn(n, numbers) + y[:, None].float(), y


def forest(kind="classifier"):
    """Make TabNet's own net; its loss has the library's sparsity term."""

    def make():
        from pytorch_tabnet.tab_network import TabNetNoEmbeddings

        x, y = rows(64, 8, 2, 1.0)
        model = TabNetNoEmbeddings(8, 2, n_d=8, n_a=8, n_steps=2, virtual_batch_size=64)
        return put(model, lambda out, y: F.cross_entropy(out[0], y) - 1e-3 * out[1], x, y, 2e-2)

    return make


def embedded():
    """TabNet with embeddings of words."""
    from pytorch_tabnet.tab_network import TabNet

    word, number, y = mixed()
    model = TabNet(
        7,
        2,
        n_d=8,
        n_a=8,
        n_steps=2,
        cat_idxs=[0, 1, 2],
        cat_dims=[6, 6, 6],
        cat_emb_dim=[2, 2, 2],
        virtual_batch_size=64,
        group_attention_matrix=torch.eye(7),
    )
    x = torch.cat([word.float(), number], 1)
    return put(model, lambda out, y: F.cross_entropy(out[0], y) - 1e-3 * out[1], x, y, 2e-2)


def tab_transformer(kind="TabTransformer", **more):
    """Make a transformer over the words of a table."""

    def make():
        import tab_transformer_pytorch as tab

        word, number, y = mixed()
        model = getattr(tab, kind)(
            categories=(6, 6, 6),
            num_continuous=4,
            dim=16,
            dim_out=1,
            depth=2,
            heads=2,
            dim_head=8,
            **more,  # fmt: skip
        )
        return put(
            model,
            lambda out, y: F.binary_cross_entropy_with_logits(out[:, 0], y),
            (word, number),
            y.float(),
            3e-3,
            call=by_place,
        )

    return make


def revisited(kind, **more):
    """Make a model of rtdl over numbers."""

    def make():
        import rtdl_revisiting_models as rtdl

        x, y = rows(64, 8, 2, 1.0)
        return put(getattr(rtdl, kind)(**more), cross_entropy, x, y, 3e-3)

    return make


def tokenized():
    """The FT-transformer of rtdl with its own default sizes, over numbers and words."""
    import rtdl_revisiting_models as rtdl

    word, number, y = mixed()
    model = rtdl.FTTransformer(
        n_cont_features=4,
        cat_cardinalities=[6, 6, 6],
        d_out=2,
        n_blocks=2,
        d_block=16,
        attention_n_heads=2,
        attention_dropout=0.1,
        ffn_d_hidden_multiplier=2.0,
        ffn_dropout=0.1,
        residual_dropout=0.0,
    )
    optimizer = lambda _: torch.optim.AdamW(model.make_parameter_groups(), lr=3e-3)  # noqa: E731
    return put(model, cross_entropy, (number, word), y, optimizer=optimizer, call=by_place)


# ---------- recommendations ----------


def quietly():
    """The module of deepctr-torch without its front door, which asks the network for a newer version."""
    if "deepctr_torch" not in sys.modules:
        door = types.ModuleType("deepctr_torch")
        door.__path__ = importlib.util.find_spec("deepctr_torch").submodule_search_locations
        sys.modules["deepctr_torch"] = door
    import deepctr_torch.models as models
    from deepctr_torch import inputs

    return models, inputs


def clicks(kind, rate=1e-2, **more):
    """Make a model of DeepCTR with its default draw of weights, of standard deviation 1e-4."""

    def make():
        models, inputs = quietly()
        words = [inputs.SparseFeat(f"w{i}", 6, embedding_dim=4) for i in range(3)]
        numbers = [inputs.DenseFeat(f"n{i}", 1) for i in range(4)]
        word, number, y = mixed()
        model = getattr(models, kind)(words + numbers, words + numbers, **more)
        return put(
            model,
            lambda out, y: F.binary_cross_entropy(out[:, 0], y),
            torch.cat([word.float(), number], 1),
            y.float(),
            rate,
        )

    return make


HIDDEN = {"dnn_hidden_units": (32, 16)}
DEEPCTR = {
    "wdl": clicks("WDL", **HIDDEN),
    "deepfm": clicks("DeepFM", **HIDDEN),
    "dcn": clicks("DCN", **HIDDEN),
    "xdeepfm": clicks("xDeepFM", cin_layer_size=(8, 8), **HIDDEN),
    "autoint": clicks("AutoInt", att_layer_num=1, att_head_num=2, **HIDDEN),
    "nfm": clicks("NFM", **HIDDEN),
    "fibinet": clicks("FiBiNET", **HIDDEN),
}


# ---------- splines and series ----------


def kan(width=(2, 5, 1), **more):
    """Make a KAN of pykan, whose grids stand in parameters that can't change."""

    def make():
        import contextlib
        import io
        import tempfile

        from kan import KAN

        with contextlib.redirect_stdout(io.StringIO()):
            model = KAN(
                width=list(width), grid=3, k=3, seed=0, auto_save=False, device="cpu",
                ckpt_path=tempfile.mkdtemp(), **more,
            )  # fmt: skip
        x = 2 * torch.rand(64, width[0]) - 1
        y = torch.sin(3 * x[:, :1]) + x[:, 1:2] ** 2
        return put(model, nn.MSELoss(), x, y, 1e-2)

    return make


def series_net(kind):
    """Make a small sub-network of pytorch-forecasting."""

    def make():
        from pytorch_forecasting.models.nbeats import sub_modules as beats
        from pytorch_forecasting.models.temporal_fusion_transformer import sub_modules as tft

        x = torch.sin(torch.linspace(0, 9, 24) + 6 * torch.rand(32, 1))
        past, future = x[:, :16], x[:, 16:]
        if kind == "nbeats":
            model = Blocks(
                beats.NBEATSTrendBlock(
                    32, 4, num_block_layers=2, backcast_length=16, forecast_length=8
                ),
                beats.NBEATSSeasonalBlock(
                    32, 4, num_block_layers=2, backcast_length=16, forecast_length=8
                ),
                beats.NBEATSGenericBlock(
                    32, 4, num_block_layers=2, backcast_length=16, forecast_length=8
                ),
            )
        elif kind == "grn":
            model = nn.Sequential(
                tft.GatedResidualNetwork(16, 32, 32), tft.GatedResidualNetwork(32, 32, 8)
            )
        else:
            model = Attend(tft)
        return put(model, nn.MSELoss(), past, future, 3e-3)

    return make


class Blocks(nn.Module):
    """Blocks of N-BEATS with the double residual of the paper."""

    def __init__(self, *blocks):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        """The sum of the blocks' forecasts."""
        answer = 0.0
        for block in self.blocks:
            back, ahead = block(x)
            x, answer = x - back, answer + ahead
        return answer


class Attend(nn.Module):
    """The interpretable attention of the temporal fusion transformer, with an LSTM before it."""

    def __init__(self, tft):
        super().__init__()
        self.rnn = nn.LSTM(1, 16, batch_first=True)
        self.attend = tft.InterpretableMultiHeadAttention(2, 16, dropout=0.0)
        self.gate = tft.GateAddNorm(16, dropout=0.0)
        self.head = nn.Linear(16, 8)

    def forward(self, x):
        """A forecast of eight steps."""
        h, _ = self.rnn(x[..., None])
        a, _ = self.attend(h, h, h)
        return self.head(self.gate(a, h)[:, -1])


# ---------- agents ----------


class Room:
    """Spaces of a small task."""

    def __new__(cls, discrete: bool):
        """An environment that nobody steps in: only its spaces are read."""
        import gymnasium as gym
        import numpy as np

        class Env(gym.Env):
            observation_space = gym.spaces.Box(-3, 3, (6,), np.float32)
            action_space = (
                gym.spaces.Discrete(3) if discrete else gym.spaces.Box(-1, 1, (2,), np.float32)
            )

            def reset(self, *, seed=None, options=None):
                super().reset(seed=seed)
                return self.observation_space.sample(), {}

            def step(self, action):
                return self.observation_space.sample(), 0.0, False, False, {}

        return Env()


def actor_critic(kind="PPO", discrete=True, policy="MlpPolicy", module="stable_baselines3", **more):
    """Make the policy of an on-policy agent: it evaluates what was done; policy, value and entropy losses."""

    def make():
        import importlib

        agent = getattr(importlib.import_module(module), kind)(
            policy, Room(discrete), n_steps=64, seed=0, device="cpu", **more
        )
        seen = torch.randn(64, 6)
        done = torch.randint(3, (64,)) if discrete else torch.randn(64, 2).clamp(-1, 1)
        gain = seen[:, 0] - 0.5 * seen[:, 1]
        advantage = (gain - gain.mean()) / gain.std()

        def loss(out, batch):
            value, log_prob, entropy = out
            ratio = (log_prob - batch["old"]).exp()
            policy = -torch.min(
                batch["advantage"] * ratio, batch["advantage"] * ratio.clamp(0.8, 1.2)
            ).mean()
            return policy + 0.5 * F.mse_loss(value.flatten(), batch["gain"]) - 0.01 * entropy.mean()

        model = agent.policy
        with torch.no_grad():
            old = model.evaluate_actions(seen, done)[1]
        return put(
            model,
            loss,
            (seen, done),
            {"old": old, "gain": gain, "advantage": advantage},
            optimizer=lambda _: model.optimizer,
            call=lambda m, b: m.evaluate_actions(*b),
        )

    return make


def values(kind="DQN", module="stable_baselines3", **more):
    """Make the policy of a value-based agent; its optimizer doesn't hold the target net."""

    def make():
        import importlib

        agent = getattr(importlib.import_module(module), kind)(
            "MlpPolicy",
            Room(True),
            seed=0,
            device="cpu",
            buffer_size=100,
            learning_rate=1e-3,
            **more,
        )
        seen, done = torch.randn(64, 6), torch.randint(3, (64,))
        y = torch.tanh(seen[:, 0])
        model = agent.policy

        def call(m, b):
            if kind == "DQN":
                return m.q_net(b[0]).gather(1, b[1][:, None])[:, 0]
            chosen = b[1][:, None, None].expand(64, m.quantile_net.n_quantiles, 1)
            return m.quantile_net(b[0]).gather(2, chosen)[:, :, 0]

        def loss(out, y):
            return F.smooth_l1_loss(out, y if out.dim() == 1 else y[:, None].expand_as(out))

        return put(model, loss, (seen, done), y, optimizer=lambda _: model.optimizer, call=call)

    return make


def continuous(kind="SAC", module="stable_baselines3", part="critic", **more):
    """Make one half of an off-policy agent: its critic on given answers, or its actor against the critic."""

    def make():
        import importlib

        agent = getattr(importlib.import_module(module), kind)(
            "MlpPolicy",
            Room(False),
            seed=0,
            device="cpu",
            buffer_size=100,
            learning_rate=1e-3,
            **more,
        )
        seen = torch.randn(64, 6)
        done = torch.tanh(torch.randn(64, 2))
        y = torch.tanh(seen[:, :1] + done[:, :1])
        model = agent.policy
        if part == "critic":
            return put(
                model,
                lambda out, y: sum(F.mse_loss(q, y) for q in out),
                (seen, done),
                y,
                optimizer=lambda _: model.critic.optimizer,
                call=lambda m, b: m.critic(*b),
            )

        def act(m, b):
            target = b[:, :2].tanh()
            return (
                F.mse_loss(m.actor(b), target)
                if kind != "SAC"
                else F.mse_loss(m.actor(b, deterministic=True), target)
            )

        return put(
            model, lambda loss: loss, seen, optimizer=lambda _: model.actor.optimizer, call=act
        )

    return make


def recurrent():
    """The recurrent policy of sb3-contrib: an LSTM for the actor, one for the critic."""
    import sb3_contrib
    from sb3_contrib.common.recurrent.type_aliases import RNNStates

    agent = sb3_contrib.RecurrentPPO(
        "MlpLstmPolicy", Room(True), n_steps=64, seed=0, device="cpu", learning_rate=1e-3,
        policy_kwargs={"lstm_hidden_size": 16, "net_arch": [16]},
    )  # fmt: skip
    model = agent.policy
    seen, done = torch.randn(64, 6), torch.randint(3, (64,))
    zeros = torch.zeros(1, 8, 16)
    states = RNNStates((zeros, zeros), (zeros, zeros))
    starts = torch.zeros(64)

    def loss(out, gain):
        value, log_prob, entropy = out
        return F.mse_loss(value.flatten(), gain) - (gain * log_prob).mean() - 0.01 * entropy.mean()

    return put(
        model,
        loss,
        (seen, done),
        seen[:, 0],
        optimizer=lambda _: model.optimizer,
        call=lambda m, b: m.evaluate_actions(*b, states, starts),
    )


AGENTS = {
    "ppo": actor_critic(),
    "ppo-continuous": actor_critic(discrete=False),
    "a2c": actor_critic("A2C", learning_rate=7e-4),
    "dqn": values(),
    "sac-critic": continuous(),
    "sac-actor": continuous(part="actor"),
    "td3-critic": continuous("TD3"),
    "td3-actor": continuous("TD3", part="actor"),
    "ddpg-critic": continuous("DDPG"),
}
CONTRIB = {
    "trpo": actor_critic("TRPO", module="sb3_contrib"),
    "qrdqn": values("QRDQN", "sb3_contrib", policy_kwargs={"n_quantiles": 10}),
    "recurrent": recurrent,
}
TABLES = [
    *cases("pytorch-tabnet", {"numbers": forest(), "words": embedded}),
    *cases(
        "tab-transformer-pytorch",
        {"tab": tab_transformer(mlp_act=nn.ReLU()), "ft": tab_transformer("FTTransformer")},
    ),
    *cases(
        "rtdl_revisiting_models",
        {
            "mlp": revisited("MLP", d_in=8, d_out=2, n_blocks=2, d_block=32, dropout=0.1),
            "resnet": revisited(
                "ResNet",
                d_in=8,
                d_out=2,
                n_blocks=2,
                d_block=32,
                d_hidden=None,
                d_hidden_multiplier=2.0,
                dropout1=0.1,
                dropout2=0.0,
            ),
            "ft-transformer": tokenized,
        },
    ),
    *cases("deepctr-torch", DEEPCTR),
    *cases("pykan", {"two layers": kan(), "three layers": kan((2, 4, 4, 1))}),
    *cases(
        "pytorch-forecasting",
        {
            "n-beats": series_net("nbeats"),
            "gated": series_net("grn"),
            "attention": series_net("tft"),
        },
    ),
    *cases("stable-baselines3", AGENTS),
    *cases("sb3-contrib", CONTRIB),
]
