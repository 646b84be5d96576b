"""Models of pictures and volumes, as their libraries draw them; sizes alone are made small."""

from __future__ import annotations

import torch
from torch import nn

from snippets.experiments._doctor_zoo_parts import cross_entropy
from snippets.experiments._field_parts import cases, own_loss, pictures, put

ATTENTION = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64}
PATCHES = {"image_size": 16, "patch_size": 4, "num_hidden_layers": 2, **ATTENTION}


def seeing(kind: str, rate=1e-3, size=16, head="ImageClassification", **sizes):
    """Make a classifier of pictures of transformers."""

    def make():
        import transformers

        config = getattr(transformers, f"{kind}Config")(**sizes, num_labels=4)
        model = getattr(transformers, f"AutoModelFor{head}").from_config(config)
        x, y = pictures(16, 3, size)
        return own_loss(model, {"pixel_values": x, "labels": y}, rate)

    return make


def segmenting(kind: str, rate=1e-3, **sizes):
    """Make a model of transformers that names the class of every pixel."""

    def make():
        import transformers

        config = getattr(transformers, f"{kind}Config")(**sizes, num_labels=3)
        model = transformers.AutoModelForSemanticSegmentation.from_config(config)
        x, _ = pictures(8, 3, 32)
        return own_loss(model, {"pixel_values": x, "labels": marks(x)}, rate)

    return make


def marks(x: torch.Tensor) -> torch.Tensor:
    """A class for every pixel: dark, middle or bright, by its smooth first channel."""
    smooth = nn.functional.avg_pool2d(x[:, :1], 5, 1, 2)[:, 0]
    return (smooth > -0.4).long() + (smooth > 0.4).long()


def masked_picture():
    """ViTMAE, which holds its positions in parameters that can't change."""
    import transformers

    config = transformers.ViTMAEConfig(
        **PATCHES,
        decoder_hidden_size=32,
        decoder_num_hidden_layers=1,
        decoder_num_attention_heads=4,
        decoder_intermediate_size=64,
    )
    x, _ = pictures(spread=0.05)
    model = transformers.ViTMAEForPreTraining(config)
    return own_loss(model, {"pixel_values": x}, 1e-2)


STAGES = {"depths": [1, 1], "num_stages": 2}
HF = {
    "vit": seeing("ViT", **PATCHES),
    "beit": seeing("Beit", **PATCHES),
    "dinov2": seeing("Dinov2", **PATCHES),
    "ijepa": seeing("IJepa", **PATCHES),
    "swin": seeing(
        "Swin",
        image_size=16,
        patch_size=2,
        embed_dim=16,
        depths=[1, 1],
        num_heads=[2, 4],
        window_size=4,
    ),  # fmt: skip
    "convnext": seeing("ConvNext", hidden_sizes=[16, 32], patch_size=2, **STAGES),
    "convnextv2": seeing("ConvNextV2", hidden_sizes=[16, 32], patch_size=2, **STAGES),
    "resnet": seeing(
        "ResNet",
        embedding_size=8,
        hidden_sizes=[16, 32],
        depths=[1, 1],
        layer_type="basic",
        size=32,
    ),  # fmt: skip
    "resnet-bottleneck": seeing(
        "ResNet", embedding_size=8, hidden_sizes=[16, 32], depths=[1, 1], size=32
    ),  # fmt: skip
    "regnet": seeing(
        "RegNet", embedding_size=8, hidden_sizes=[16, 32], depths=[1, 1], groups_width=8, size=32
    ),  # fmt: skip
    "bit": seeing(
        "Bit", embedding_size=16, hidden_sizes=[32, 64], depths=[1, 1], num_groups=8, size=32
    ),  # fmt: skip
    "focalnet": seeing(
        "FocalNet",
        image_size=16,
        patch_size=2,
        embed_dim=16,
        depths=[1, 1],
        hidden_sizes=[16, 32],
        focal_levels=[2, 2],
        focal_windows=[3, 3],
    ),  # fmt: skip
    "pvt": seeing(
        "Pvt",
        image_size=32,
        size=32,
        depths=[1, 1],
        hidden_sizes=[16, 32],
        num_encoder_blocks=2,
        sequence_reduction_ratios=[2, 1],
        patch_sizes=[4, 2],
        strides=[4, 2],
        num_attention_heads=[1, 2],
        mlp_ratios=[2, 2],
    ),  # fmt: skip
    "mobilenet-v1": seeing(
        "MobileNetV1", image_size=32, size=32, depth_multiplier=0.125, min_depth=8
    ),  # fmt: skip
    "mobilenet-v2": seeing(
        "MobileNetV2", image_size=32, size=32, depth_multiplier=0.15, min_depth=8
    ),  # fmt: skip
    "poolformer": seeing(
        "PoolFormer",
        depths=[1, 1],
        hidden_sizes=[16, 32],
        num_encoder_blocks=2,
        patch_sizes=[3, 3],
        strides=[2, 2],
        padding=[1, 1],
        mlp_ratio=2.0,
    ),  # fmt: skip
    "segformer": segmenting(
        "Segformer",
        num_encoder_blocks=2,
        depths=[1, 1],
        sr_ratios=[2, 1],
        hidden_sizes=[16, 32],
        patch_sizes=[7, 3],
        strides=[4, 2],
        num_attention_heads=[1, 2],
        mlp_ratios=[2, 2],
        decoder_hidden_size=32,
    ),  # fmt: skip
    "vit-mae": masked_picture,
}


# ---------- monai ----------


def volume(make_model, dims=2, size=32, rate=1e-3, pick=lambda out: out):
    """Make a segmenting model of MONAI, with its own Dice and cross-entropy loss."""

    def make():
        from monai.losses import DiceCELoss
        from monai.networks import nets

        model = make_model(nets)
        x = torch.randn(2, 1, *[size // 4] * dims)
        x = nn.functional.interpolate(x, scale_factor=4, mode="bilinear" if dims == 2 else "trilinear")  # fmt: skip
        y = (x > 0.3).long()
        loss = DiceCELoss(to_onehot_y=True, softmax=True)
        return put(model, lambda out, y: loss(pick(out), y), x + 0.1 * torch.randn_like(x), y, rate)

    return make


def naming(make_model, size=32, rate=1e-3, pick=lambda out: out):
    """Make a classifying model of MONAI."""

    def make():
        from monai.networks import nets

        model = make_model(nets)
        x, y = pictures(12, 1, size, 3)
        return put(model, lambda out, y: cross_entropy(pick(out), y), x, y, rate)

    return make


def again(make_model, loss, size=16, rate=3e-3):
    """Make a model of MONAI that gives a picture back."""

    def make():
        from monai.networks import nets

        x, _ = pictures(12, 1, size)
        return put(make_model(nets), loss, x, x, rate)

    return make


def variational(out, x):
    """Squared error and the distance of the code from a normal distribution."""
    seen, mean, log_variance, _ = out
    distance = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).mean()
    return nn.functional.mse_loss(seen, x) + 1e-2 * distance


PLANE = {"spatial_dims": 2, "in_channels": 1, "out_channels": 2}
NAMES = {"spatial_dims": 2, "in_channels": 1}
MONAI = {
    "unet": volume(
        lambda n: n.UNet(**PLANE, channels=(8, 16, 32), strides=(2, 2), num_res_units=2)
    ),
    "unet-plain": volume(lambda n: n.UNet(**PLANE, channels=(8, 16), strides=(2,))),
    "basic-unet": volume(lambda n: n.BasicUNet(**PLANE, features=(8, 8, 16, 16, 32, 8))),
    "unet++": volume(
        lambda n: n.BasicUNetPlusPlus(**PLANE, features=(8, 8, 16, 16, 32, 8)),
        pick=lambda out: out[0],
    ),
    "attention-unet": volume(
        lambda n: n.AttentionUnet(**PLANE, channels=(8, 16, 32), strides=(2, 2))
    ),  # fmt: skip
    "segresnet": volume(
        lambda n: n.SegResNet(**PLANE, init_filters=8, blocks_down=(1, 1), blocks_up=(1,))
    ),  # fmt: skip
    "dynunet": volume(
        lambda n: n.DynUNet(
            **PLANE,
            kernel_size=[3, 3, 3],
            strides=[1, 2, 2],
            upsample_kernel_size=[2, 2],
            filters=[8, 16, 32],
        )
    ),  # fmt: skip
    "unetr": volume(
        lambda n: n.UNETR(
            **PLANE, img_size=32, feature_size=8, hidden_size=32, mlp_dim=64, num_heads=4
        )
    ),  # fmt: skip
    "swin-unetr": volume(
        lambda n: n.SwinUNETR(
            **PLANE, feature_size=12, depths=(1, 1, 1, 1), num_heads=(1, 2, 2, 4)
        ),
        size=64,
    ),  # fmt: skip
    "highresnet": volume(lambda n: n.HighResNet(**PLANE), size=16),
    "resnet": naming(
        lambda n: n.ResNet(
            "basic",
            [1, 1, 1, 1],
            [8, 8, 16, 16],
            **{"spatial_dims": 2, "n_input_channels": 1, "num_classes": 3},
        )
    ),  # fmt: skip
    "densenet": naming(
        lambda n: n.DenseNet(
            **NAMES, out_channels=3, init_features=8, growth_rate=4, block_config=(2, 2)
        )
    ),  # fmt: skip
    "vit": naming(
        lambda n: n.ViT(
            1,
            32,
            8,
            hidden_size=32,
            mlp_dim=64,
            num_layers=2,
            num_heads=4,
            classification=True,
            num_classes=3,
            spatial_dims=2,
            post_activation="",
        ),
        pick=lambda out: out[0],
    ),  # fmt: skip
    "autoencoder": again(
        lambda n: n.AutoEncoder(2, 1, 1, channels=(8, 16), strides=(2, 2)), nn.MSELoss()
    ),  # fmt: skip
    "variational": again(
        lambda n: n.VarAutoEncoder(2, (1, 16, 16), 1, 8, channels=(8, 16), strides=(2, 2)),
        variational,
    ),  # fmt: skip
}


# ---------- diffusers ----------


def denoiser(make_model, channels=3, size=16, rate=2e-3, call=None):
    """Make a model of diffusers that guesses the noise in a picture."""

    def make():
        import diffusers

        scheduler = diffusers.DDPMScheduler(num_train_timesteps=100)
        x, y = pictures(8, channels, size)
        noise, step = torch.randn_like(x), torch.randint(100, (8,))
        inputs = {"sample": scheduler.add_noise(x, noise, step), "timestep": step, "y": y}
        return put(
            make_model(diffusers),
            lambda out, y: nn.functional.mse_loss(out.sample, y),
            inputs,
            noise,
            rate,
            call=call or (lambda m, b: m(b["sample"], b["timestep"])),
        )

    return make


def conditioned():
    """A UNet of diffusers that is told by cross attention what to draw."""
    context = torch.randn(8, 5, 16)
    return denoiser(
        lambda d: d.UNet2DConditionModel(
            sample_size=16,
            in_channels=3,
            out_channels=3,
            layers_per_block=1,
            block_out_channels=(16, 32),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=16,
            attention_head_dim=8,
            norm_num_groups=8,
        ),
        call=lambda m, b: m(b["sample"], b["timestep"], context),
    )()


def given_back(out, x):
    """Squared error, and what a codebook costs."""
    cost = getattr(out, "commit_loss", None)
    return nn.functional.mse_loss(out.sample, x) + (0.0 if cost is None else cost)


def coder(kind: str, **sizes):
    """Make an autoencoder of diffusers."""

    def make():
        import diffusers

        x, _ = pictures(8, 3, 16)
        model = getattr(diffusers, kind)(
            in_channels=3,
            out_channels=3,
            down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
            up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
            block_out_channels=(16, 32),
            norm_num_groups=8,
            **sizes,
        )
        return put(model, given_back, x, x, 2e-3)

    return make


def wave_denoiser():
    """A UNet of diffusers for sound."""
    import diffusers

    model = diffusers.UNet1DModel(
        sample_size=64,
        in_channels=2,
        out_channels=2,
        extra_in_channels=32,
        block_out_channels=(16, 32),
        down_block_types=("DownBlock1DNoSkip", "DownBlock1D"),
        up_block_types=("UpBlock1D", "UpBlock1DNoSkip"),
        layers_per_block=1,
        norm_num_groups=8,
    )
    x = torch.randn(8, 2, 64)
    return put(
        model,
        lambda out, y: nn.functional.mse_loss(out.sample, y),
        x,
        torch.tanh(x.roll(1, 2)),
        2e-3,
        call=lambda m, x: m(x, torch.arange(8)),
    )


UNET = {
    "sample_size": 16,
    "block_out_channels": (16, 32),
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "attention_head_dim": 8,
}
DIFFUSERS = {
    "unet": denoiser(
        lambda d: d.UNet2DModel(
            **UNET,
            down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"),
        )
    ),  # fmt: skip
    "unet-conditioned": conditioned,
    "dit": denoiser(
        lambda d: d.DiTTransformer2DModel(
            num_attention_heads=4,
            attention_head_dim=8,
            in_channels=3,
            out_channels=3,
            num_layers=2,
            norm_num_groups=8,
            sample_size=16,
            patch_size=4,
            num_embeds_ada_norm=100,
        ),
        call=lambda m, b: m(b["sample"], b["timestep"], b["y"]),
    ),  # fmt: skip
    "kl": coder("AutoencoderKL", latent_channels=4),
    "vq": coder("VQModel", latent_channels=3, num_vq_embeddings=32),
    "sound": wave_denoiser,
}


# ---------- small libraries ----------


def siren():
    """A SIREN that learns a picture from its places."""
    from siren_pytorch import SirenNet

    x, _ = pictures(1, 3, 16)
    side = torch.linspace(-1, 1, 16)
    places = torch.cartesian_prod(side, side)
    model = SirenNet(dim_in=2, dim_hidden=32, dim_out=3, num_layers=4, w0_initial=30.0)
    return put(model, nn.MSELoss(), places, x[0].flatten(1).T.clamp(-1, 1), 1e-3)


def siren_wrapped():
    """A SIREN with a modulator, in the wrapper of its library."""
    from siren_pytorch import SirenNet, SirenWrapper

    net = SirenNet(dim_in=2, dim_hidden=32, dim_out=3, num_layers=3, w0_initial=30.0)
    x, _ = pictures(1, 3, 16)
    model = SirenWrapper(net, image_width=16, image_height=16)
    return put(model, lambda loss: loss, x, rate=1e-3)


def quantizer():
    """A picture coder with a codebook of vector-quantize-pytorch."""
    from vector_quantize_pytorch import VectorQuantize

    return coded(VectorQuantize(dim=16, codebook_size=32, accept_image_fmap=True))


def finite_scalars():
    """A picture coder with finite scalar quantization."""
    from vector_quantize_pytorch import FSQ

    return coded(FSQ([8, 5, 5], dim=16))


def lookup_free():
    """A picture coder with lookup-free quantization."""
    from vector_quantize_pytorch import LFQ

    return coded(LFQ(codebook_size=256, dim=16))


def coded(quantize):
    """An encoder, a quantizer and a decoder."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encode = nn.Sequential(
                nn.Conv2d(3, 16, 4, 2, 1), nn.GELU(), nn.Conv2d(16, 16, 3, 1, 1)
            )
            self.quantize = quantize
            self.decode = nn.Sequential(
                nn.ConvTranspose2d(16, 16, 4, 2, 1), nn.GELU(), nn.Conv2d(16, 3, 3, 1, 1)
            )

        def forward(self, x):
            out = self.quantize(self.encode(x))
            return self.decode(out[0]), out[2].sum() if len(out) > 2 else 0.0

    x, _ = pictures(8)
    return put(Net(), lambda out, y: nn.functional.mse_loss(out[0], y) + out[1], x, x, 3e-3)


PICTURES = [
    *cases("transformers", HF),
    *cases("monai", MONAI),
    *cases("diffusers", DIFFUSERS),
    *cases("siren-pytorch", {"picture": siren, "wrapped": siren_wrapped}),
    *cases(
        "vector-quantize-pytorch",
        {"codebook": quantizer, "scalars": finite_scalars, "lookup": lookup_free},
    ),
]
