"""Models of text, as their libraries draw them; sizes alone are made small."""

from __future__ import annotations

import torch
from torch import nn

from snippets.experiments._doctor_zoo_parts import cross_entropy
from snippets.experiments._field_parts import (
    VOCABULARY,
    by_keyword,
    cases,
    classes,
    itself,
    own_loss,
    pictures,
    put,
    rule,
    sentences,
    waves,
)

SMALL = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 32,
    "pad_token_id": 1,
    "bos_token_id": 2,
    "eos_token_id": 3,
}
BOTH_SIDES = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 32,
    "vocab_size": VOCABULARY,
    "pad_token_id": 1,
    "bos_token_id": 2,
    "eos_token_id": 3,
    "decoder_start_token_id": 3,
    "forced_eos_token_id": None,
}
T5 = {
    "d_model": 32,
    "d_kv": 8,
    "d_ff": 64,
    "num_layers": 2,
    "num_heads": 4,
    "vocab_size": VOCABULARY,
    "decoder_start_token_id": 0,
}


def drawn(head: str, kind: str, **sizes):
    """A model of transformers, drawn from its configuration."""
    import transformers

    config = getattr(transformers, f"{kind}Config")(**sizes)
    return getattr(transformers, f"AutoModelFor{head}").from_config(config)


def classifier(kind: str, sizes=SMALL, rate=1e-3, **more):
    """Make a classifier of sentences."""

    def make():
        ids, y = sentences()
        model = drawn("SequenceClassification", kind, **{**sizes, **more})
        return own_loss(model, {"input_ids": ids, "labels": y}, rate)

    return make


def causal(kind: str, rate=3e-3, sizes=SMALL, **more):
    """Make a language model that guesses the next token."""

    def make():
        ids = rule()
        return own_loss(
            drawn("CausalLM", kind, **{**sizes, **more}), {"input_ids": ids, "labels": ids}, rate
        )

    return make


def masked(kind: str, rate=3e-3, **more):
    """Make a language model that guesses what is hidden."""

    def make():
        ids = rule()
        hidden = torch.rand(ids.shape) < 0.25
        labels = torch.where(hidden, ids, -100)
        model = drawn("MaskedLM", kind, **{**SMALL, **more})
        return own_loss(model, {"input_ids": ids.masked_fill(hidden, 0), "labels": labels}, rate)

    return make


def translator(kind: str, sizes=BOTH_SIDES, rate=3e-3, **more):
    """Make an encoder and a decoder that say a sentence again."""

    def make():
        ids = rule()
        model = drawn("Seq2SeqLM", kind, **{**sizes, **more})
        return own_loss(model, {"input_ids": ids, "labels": ids}, rate)

    return make


GROUPS = {"num_key_value_heads": 2}
TRANSFORMERS = {
    "bert": classifier("Bert"),
    "roberta": classifier("Roberta", max_position_embeddings=40),
    "distilbert": classifier("DistilBert"),
    "albert": classifier("Albert", embedding_size=16),
    "electra": classifier("Electra", embedding_size=16),
    "deberta": classifier("Deberta"),
    "deberta-v2": classifier("DebertaV2"),
    "big-bird": classifier("BigBird", attention_type="original_full"),
    "fnet": classifier("FNet"),
    "nystromformer": classifier("Nystromformer"),
    "canine": classifier("Canine", num_hash_buckets=64, local_transformer_stride=4),
    "convbert": classifier("ConvBert", embedding_size=16),
    "roformer": classifier("RoFormer", embedding_size=32),
    "mpnet": classifier("MPNet", max_position_embeddings=40),
    "rembert": classifier("RemBert", input_embedding_size=16, output_embedding_size=32),
    "xlnet": classifier(
        "XLNet",
        {"vocab_size": VOCABULARY, "d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 64},
    ),
    "funnel": classifier(
        "Funnel",
        {
            "vocab_size": VOCABULARY,
            "block_sizes": [1, 1],
            "d_model": 32,
            "n_head": 4,
            "d_head": 8,
            "d_inner": 64,
        },
    ),
    "modernbert": classifier(
        "ModernBert", pad_token_id=1, cls_token_id=2, sep_token_id=3, global_attn_every_n_layers=2
    ),
    "bert-states": classifier("Bert", output_hidden_states=True),
    "bert-masked": masked("Bert"),
    "electra-masked": masked("Electra", embedding_size=16),
    "albert-masked": masked("Albert", embedding_size=16),
    "gpt2": causal("GPT2"),
    "gpt-neo": causal(
        "GPTNeo",
        sizes={
            "vocab_size": VOCABULARY,
            "hidden_size": 32,
            "num_layers": 2,
            "num_heads": 4,
            "attention_types": [[["global", "local"], 1]],
            "window_size": 8,
            "max_position_embeddings": 32,
        },
    ),
    "gptj": causal(
        "GPTJ",
        sizes={
            "vocab_size": VOCABULARY,
            "n_embd": 32,
            "n_layer": 2,
            "n_head": 4,
            "rotary_dim": 8,
            "n_positions": 32,
        },
    ),
    "gpt-neox": causal("GPTNeoX"),
    "opt": causal("OPT", ffn_dim=64, word_embed_proj_dim=32),
    "llama": causal("Llama"),
    "mistral": causal("Mistral", **GROUPS),
    "qwen2": causal("Qwen2", **GROUPS),
    "qwen3": causal("Qwen3", head_dim=8, **GROUPS),
    "gemma": causal("Gemma", head_dim=8, **GROUPS),
    "gemma2": causal("Gemma2", head_dim=8, **GROUPS),
    "phi": causal("Phi"),
    "phi3": causal("Phi3", **GROUPS),
    "bloom": causal("Bloom"),
    "falcon": causal("Falcon"),
    "mpt": causal("Mpt"),
    "mamba": causal("Mamba", state_size=8),
    "falcon-mamba": causal("FalconMamba", state_size=8),
    "rwkv": causal("Rwkv", attention_hidden_size=32),
    "ctrl": causal("CTRL", dff=64),
    "biogpt": causal("BioGpt"),
    "olmo": causal("Olmo"),
    "olmo2": causal("Olmo2"),
    "cohere": causal("Cohere", 1e-2),
    "starcoder2": causal("Starcoder2", **GROUPS),
    "persimmon": causal("Persimmon"),
    "granite": causal("Granite"),
    "stablelm": causal("StableLm", **GROUPS),
    "mixtral": causal("Mixtral", num_local_experts=4, **GROUPS),
    "t5": translator("T5", T5),
    "umt5": translator("UMT5", T5),
    "switch": translator("SwitchTransformers", {**T5, "num_experts": 4, "expert_capacity": 64}),
    "bart": translator("Bart"),
    "mbart": translator("MBart"),
    "pegasus": translator("Pegasus"),
    "marian": translator("Marian"),
    "m2m100": translator("M2M100"),
}


def speech(kind: str, rate=1e-3, **more):
    """Make a classifier of sounds from the waveform."""

    def make():
        y = classes(8, 2)
        t = torch.arange(2000) / 2000
        x = torch.sin(6.28 * (20 + 60 * y[:, None]) * t) + 0.1 * torch.randn(8, 2000)
        sizes = {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "conv_dim": (16, 16, 16),
            "conv_stride": (5, 4, 2),
            "conv_kernel": (10, 8, 4),
            "num_feat_extract_layers": 3,
            "num_conv_pos_embeddings": 16,
            "num_conv_pos_embedding_groups": 4,
            "classifier_proj_size": 32,
            "mask_time_length": 2,
        }
        model = drawn("AudioClassification", kind, **{**sizes, **more})
        return own_loss(model, {"input_values": x, "labels": y}, rate)

    return make


def whisper():
    """Whisper, which holds its positions in a parameter that can't change."""
    import transformers

    config = transformers.WhisperConfig(
        **{
            **BOTH_SIDES,
            "num_mel_bins": 16,
            "max_source_positions": 16,
            "max_target_positions": 32,
        },
        begin_suppress_tokens=None,
    )
    ids = rule(8)
    model = transformers.WhisperForConditionalGeneration(config)
    return own_loss(model, {"input_features": torch.randn(8, 16, 32), "labels": ids})


def clip():
    """CLIP with its own contrastive loss."""
    import transformers

    text = {**SMALL, "hidden_size": 32}
    image = {"image_size": 16, "patch_size": 4} | {
        key: SMALL[key]
        for key in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    }
    model = transformers.CLIPModel(
        transformers.CLIPConfig(text_config=text, vision_config=image, projection_dim=32)
    )
    ids, _ = sentences(8, 8, 8)
    ids[:, -1] = 3
    x, _ = pictures(8, 3, 16, 8)
    return own_loss(model, {"input_ids": ids, "pixel_values": x, "return_loss": True}, 1e-3)


def forecaster(kind: str, loss="loss", **more):
    """Make a forecaster of series that gives its own loss."""

    def make():
        import transformers

        x = waves(16, 48, 2)
        config = getattr(transformers, f"{kind}Config")(
            prediction_length=8,
            context_length=32,
            num_input_channels=2,
            d_model=32,
            num_attention_heads=4,
            num_hidden_layers=2,
            ffn_dim=64,
            patch_length=8,
            patch_stride=8,
            **more,
        )
        model = getattr(transformers, f"{kind}ForPrediction")(config)
        return own_loss(model, {"past_values": x[:, :32], "future_values": x[:, 32:40]}, 3e-3)

    return make


def decision():
    """A decision transformer that copies what was done."""
    import transformers

    model = transformers.DecisionTransformerModel(
        transformers.DecisionTransformerConfig(
            state_dim=4, act_dim=2, hidden_size=32, n_layer=2, n_head=4, max_ep_len=64
        )
    )
    state = torch.randn(16, 8, 4)
    batch = {
        "states": state,
        "actions": torch.tanh(state @ torch.randn(4, 2)),
        "rewards": torch.randn(16, 8, 1),
        "returns_to_go": torch.randn(16, 8, 1),
        "timesteps": torch.arange(8).expand(16, 8),
        "attention_mask": torch.ones(16, 8),
    }
    return put(
        model,
        lambda out, y: nn.functional.mse_loss(out["action_preds"], y),
        batch,
        batch["actions"],
        1e-3,
        call=by_keyword,
    )


OTHERS = {
    "wav2vec2": speech("Wav2Vec2"),
    "hubert": speech("Hubert"),
    "wavlm": speech("WavLM", num_buckets=16),
    "whisper": whisper,
    "clip": clip,
    "patchtst": forecaster("PatchTST"),
    "patchtsmixer": forecaster("PatchTSMixer"),
    "decision": decision,
}


# ---------- x-transformers ----------


def decoder(rate=3e-3, wrapper=None, **more):
    """Make a decoder of x-transformers in its own wrapper for training."""

    def make():
        import x_transformers as xt

        layers = xt.Decoder(dim=32, depth=2, heads=4, attn_dim_head=8, **more)
        inner = xt.TransformerWrapper(
            num_tokens=VOCABULARY, max_seq_len=32, attn_layers=layers, **(wrapper or {})
        )
        return put(xt.AutoregressiveWrapper(inner), itself, rule(), rate=rate)

    return make


def seeing():
    """The vision transformer of x-transformers."""
    import x_transformers as xt

    model = xt.ViTransformerWrapper(
        image_size=16,
        patch_size=4,
        num_classes=4,
        attn_layers=xt.Encoder(dim=32, depth=2, heads=4, attn_dim_head=8),
    )
    return put(model, cross_entropy, *pictures(), rate=1e-3)


def translating():
    """Encoder and decoder of x-transformers."""
    import x_transformers as xt

    sides = {}
    for side in ("enc", "dec"):
        sides |= {
            f"{side}_num_tokens": VOCABULARY,
            f"{side}_depth": 2,
            f"{side}_heads": 4,
            f"{side}_max_seq_len": 32,
        }
    model = xt.XTransformer(dim=32, tie_token_emb=True, **sides)
    ids = rule()
    return put(model, itself, (ids, ids), call=lambda m, b: m(*b))


def tagging():
    """An encoder of x-transformers that names the class of each token's sentence."""
    import x_transformers as xt

    model = xt.TransformerWrapper(
        num_tokens=VOCABULARY,
        max_seq_len=32,
        attn_layers=xt.Encoder(dim=32, depth=3, heads=4, attn_dim_head=8, rotary_pos_emb=True),
    )
    ids = rule()
    return put(model, cross_entropy, ids, (ids + 1) % VOCABULARY)


X_TRANSFORMERS = {
    "decoder": decoder(),
    "rotary": decoder(rotary_pos_emb=True, attn_flash=True),
    "swiglu": decoder(ff_glu=True, ff_swish=True, ff_no_bias=True, use_rmsnorm=True),
    "gated": decoder(gate_residual=True),
    "streams": decoder(num_residual_streams=4),
    "alibi": decoder(alibi_pos_bias=True, alibi_num_heads=2),
    "relative": decoder(rel_pos_bias=True),
    "macaron": decoder(macaron=True),
    "sandwich": decoder(sandwich_norm=True),
    "scaled": decoder(scale_residual=True, attn_qk_norm=True),
    "tied": decoder(wrapper={"tie_embedding": True}),
    "vit": seeing,
    "both sides": translating,
    "encoder": tagging,
}


# ---------- small libraries ----------


def logits(model, rate=3e-3, pick=lambda out: out):
    """A model of tokens that guesses the next one."""
    ids = rule()
    return put(model, lambda out, y: cross_entropy(pick(out), y), ids[:, :-1], ids[:, 1:], rate)


def performer():
    """A performer for language."""
    from performer_pytorch import PerformerLM

    return logits(
        PerformerLM(
            num_tokens=VOCABULARY, max_seq_len=32, dim=32, depth=2, heads=4, dim_head=8, causal=True
        )
    )


def performing():
    """A performer over vectors."""
    from performer_pytorch import Performer

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = nn.Embedding(VOCABULARY, 32), nn.Linear(32, VOCABULARY)
            self.body = Performer(dim=32, depth=2, heads=4, dim_head=8, ff_mult=2)

        def forward(self, ids):
            return self.head(self.body(self.embed(ids)))

    ids = rule()
    return put(Net(), cross_entropy, ids, (ids + 1) % VOCABULARY)


def reformer():
    """A reformer, whose layers run again inside their own backward pass."""
    from reformer_pytorch import ReformerLM

    model = ReformerLM(
        num_tokens=VOCABULARY,
        dim=32,
        depth=2,
        max_seq_len=32,
        heads=4,
        bucket_size=8,
        n_hashes=2,
        causal=True,
    )
    ids = rule(16, 32)
    return put(model, lambda out, y: cross_entropy(out[:, :-1], y), ids, ids[:, 1:])


def perceiver():
    """A perceiver over pictures."""
    from perceiver_pytorch import Perceiver

    model = Perceiver(
        input_channels=3,
        input_axis=2,
        num_freq_bands=4,
        max_freq=10.0,
        depth=2,
        num_latents=8,
        latent_dim=32,
        cross_heads=1,
        latent_heads=4,
        cross_dim_head=8,
        latent_dim_head=8,
        num_classes=4,
        self_per_cross_attn=1,
    )
    x, y = pictures(16, 3, 8)
    return put(model, cross_entropy, x.movedim(1, -1), y, 1e-3)


def perceiver_io():
    """A PerceiverIO for language."""
    from perceiver_pytorch import PerceiverLM

    ids = rule()
    model = PerceiverLM(
        num_tokens=VOCABULARY,
        dim=32,
        max_seq_len=16,
        depth=2,
        num_latents=8,
        latent_dim=32,
        cross_dim_head=8,
        latent_dim_head=8,
        latent_heads=4,
    )
    return put(model, cross_entropy, ids, ids)


def gmlp():
    """A gMLP for language."""
    from g_mlp_pytorch import gMLP

    ids = rule(16, 17)
    model = gMLP(num_tokens=VOCABULARY, dim=32, depth=2, seq_len=16, causal=True)
    return put(model, cross_entropy, ids[:, :-1], ids[:, 1:])


def gmlp_vision():
    """A gMLP for pictures."""
    from g_mlp_pytorch import gMLPVision

    model = gMLPVision(image_size=16, patch_size=4, num_classes=4, dim=32, depth=2, prob_survival=1)
    return put(model, cross_entropy, *pictures(), rate=1e-3)


def mixer():
    """An MLP mixer."""
    from mlp_mixer_pytorch import MLPMixer

    return put(
        MLPMixer(image_size=16, channels=3, patch_size=4, dim=32, depth=2, num_classes=4),
        cross_entropy,
        *pictures(),
        rate=1e-3,
    )


def linformer():
    """A linformer for language."""
    from linformer import LinformerLM

    ids = rule()
    model = LinformerLM(num_tokens=VOCABULARY, dim=32, seq_len=16, depth=2, heads=4, k=8)
    return put(model, cross_entropy, ids, (ids + 1) % VOCABULARY)


def nystromformer():
    """A nystromformer over vectors."""
    from nystrom_attention import Nystromformer

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = nn.Embedding(VOCABULARY, 32), nn.Linear(32, VOCABULARY)
            self.body = Nystromformer(dim=32, depth=2, heads=4, dim_head=8, num_landmarks=8)

        def forward(self, ids):
            return self.head(self.body(self.embed(ids)))

    ids = rule()
    return put(Net(), cross_entropy, ids, (ids + 1) % VOCABULARY)


def conformer():
    """A conformer over frames of sound."""
    from conformer import Conformer

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = Conformer(
                dim=16, depth=2, dim_head=8, heads=2, ff_mult=2, conv_kernel_size=7
            )
            self.head = nn.Linear(16, 3)

        def forward(self, x):
            return self.head(self.body(x).mean(1))

    y = classes(16, 3)
    x = torch.randn(3, 12, 16)[y] + 0.5 * torch.randn(16, 12, 16)
    return put(Net(), cross_entropy, x, y, 1e-3)


def local():
    """A transformer with local attention."""
    from local_attention import LocalTransformer

    model = LocalTransformer(
        num_tokens=VOCABULARY,
        dim=32,
        depth=2,
        max_seq_len=16,
        local_attn_window_size=8,
        heads=4,
        dim_head=8,
        causal=True,
    )
    return put(model, itself, rule(), call=lambda m, b: m(b, return_loss=True))


def mamba_blocks():
    """Blocks of mambapy between an embedding and a head."""
    from mambapy.mamba import Mamba, MambaConfig

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = nn.Embedding(VOCABULARY, 32), nn.Linear(32, VOCABULARY)
            self.body = Mamba(MambaConfig(d_model=32, n_layers=2, d_state=8))

        def forward(self, ids):
            return self.head(self.body(self.embed(ids)))

    return logits(Net())


def sparse():
    """A sparse mixture of experts of st-moe, in its own block."""
    from st_moe_pytorch import MoE, SparseMoEBlock

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = nn.Embedding(VOCABULARY, 32), nn.Linear(32, VOCABULARY)
            moe = MoE(dim=32, num_experts=4, gating_top_n=2, expert_hidden_mult=2)
            self.body = SparseMoEBlock(moe, add_ff_before=True, add_ff_after=True)

        def forward(self, ids):
            out = self.body(self.embed(ids))
            return self.head(out[0]), out[1]

    ids = rule()
    return put(Net(), lambda out, y: cross_entropy(out[0], y) + out[1], ids, (ids + 1) % VOCABULARY)


def mixture():
    """A mixture of experts."""
    from mixture_of_experts import MoE

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.head = nn.Embedding(VOCABULARY, 32), nn.Linear(32, VOCABULARY)
            self.body = MoE(dim=32, num_experts=4, hidden_dim=64)

        def forward(self, ids):
            h = self.embed(ids)
            out, extra = self.body(h)
            return self.head(h + out), extra

    ids = rule()
    return put(Net(), lambda out, y: cross_entropy(out[0], y) + out[1], ids, (ids + 1) % VOCABULARY)


TEXT = [
    *cases("transformers", TRANSFORMERS | OTHERS),
    *cases("x-transformers", X_TRANSFORMERS),
    *cases("performer-pytorch", {"language": performer, "vectors": performing}),
    *cases("reformer-pytorch", {"language": reformer}),
    *cases("perceiver-pytorch", {"pictures": perceiver, "language": perceiver_io}),
    *cases("g-mlp-pytorch", {"language": gmlp, "pictures": gmlp_vision}),
    *cases("mlp-mixer-pytorch", {"pictures": mixer}),
    *cases("linformer", {"language": linformer}),
    *cases("nystrom-attention", {"vectors": nystromformer}),
    *cases("conformer", {"sound": conformer}),
    *cases("local-attention", {"language": local}),
    *cases("mambapy", {"language": mamba_blocks}),
    *cases("st-moe-pytorch", {"block": sparse}),
    *cases("mixture-of-experts", {"layer": mixture}),
]
