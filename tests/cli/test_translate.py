"""`ganforge sample RUN --input`: images from images."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import Result
from PIL import Image

import ganforge as package

Command = Callable[..., Result]
SPEC = """
ganforge = 1
[gan]
name = "both-ways"
[data]
source = "shapes"
paired = false
load_size = 20
crop = "random"
flip = true
[data.fields]
a = { kind = "image", channels = 3, size = 16 }
label = { kind = "class", classes = 10 }
b = { kind = "image", channels = 1, size = 8 }
[networks.there]
layers = [{ block = "conv", out = 1, stride = 2, norm = "batch", act = "tanh" }]
[networks.back]
layers = [{ block = "upsample" }, { block = "conv", out = 3, act = "tanh" }]
[networks.D]
layers = [{ block = "linear", out = 1 }]
[flow]
fake_b = "there(a)"
fake_a = "back(b)"
[losses.b]
kind = "adversarial"
real = "D(b)"
fake = "D(fake_b)"
[losses.a]
kind = "cycle-consistency"
original = "a"
reconstruction = "back(fake_b)"
[train]
batch = 2
rounds = 2
optimizer = { kind = "adam", lr = 2e-4 }
[sample]
images = ["a", "fake_b", "back(fake_b)", "fake_a"]
"""


@pytest.fixture
def run() -> Path:
    return package.train(SPEC, out="run")


def picture(path: str, shade: int, size: tuple[int, int] = (20, 16)) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (shade, 10, 255 - shade)).save(path)


@pytest.fixture
def inputs() -> Path:
    for k, name in enumerate(("one.jpg", "two.png", "two.jpg", "below/three.png")):
        picture(f"in/{name}", 50 * k)
    return Path("in")


def translated(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def test_every_image_is_translated_under_its_name(
    ganforge: Command, run: Path, inputs: Path
) -> None:
    output = translated(ganforge("sample", "run", "--input", "in"))
    assert output == "4 images translated: run/translated, before and after: run/translated.png\n"
    made = [path for path in Path("run/translated").rglob("*") if path.is_file()]
    names = ["below/three.png", "one.png", "two.jpg.png", "two.png.png"]
    assert sorted(path.relative_to("run/translated").as_posix() for path in made) == names
    assert {(Image.open(path).size, Image.open(path).mode) for path in made} == {((8, 8), "L")}


def test_the_translation_is_what_the_network_makes(
    ganforge: Command, run: Path, inputs: Path
) -> None:
    output = translated(ganforge("sample", "run", "--input", "in/one.jpg", "--out", "out"))
    assert output == "1 image translated: out, before and after: out.png\n"
    opened = Image.open("in/one.jpg").resize((16, 16), box=(2, 0, 18, 16))
    image = torch.from_numpy(np.array(opened)).permute(2, 0, 1)[None]
    network = package.load(run).networks["there"].eval()
    with torch.no_grad():
        made = network(image / 127.5 - 1)
    found = torch.from_numpy(np.array(Image.open("out/one.png")))[None, None]
    torch.testing.assert_close(found / 127.5 - 1, made, atol=0.02, rtol=0)
    assert Image.open("out.png").size == (8 * 10, 10)


def test_a_single_image_may_become_a_single_file(
    ganforge: Command, run: Path, inputs: Path
) -> None:
    output = translated(ganforge("sample", "run", "--input", "in/one.jpg", "--out", "new.png"))
    assert output == "1 image translated: new.png, before and after: new-beside.png\n"
    assert Image.open("new.png").size == (8, 8)


def test_another_field_is_named(ganforge: Command, run: Path, inputs: Path) -> None:
    translated(ganforge("sample", "run", "--input", "b=in", "--out", "out"))
    assert Image.open("out/one.png").size == (16, 16)
    assert Image.open("out/one.png").mode == "RGB"


def test_more_images_than_go_at_once_and_those_in_a_zip_are_translated(
    ganforge: Command, run: Path
) -> None:
    for k in range(40):
        picture(f"many/{k:02d}.png", 6 * k)
    with zipfile.ZipFile("many.zip", "w") as file:
        for path in sorted(Path("many").iterdir()):
            file.write(path, path.name)
    translated(ganforge("sample", "run", "--input", "many", "--out", "out"))
    translated(ganforge("sample", "run", "--input", "many.zip", "--out", "zipped"))
    made = sorted(path.name for path in Path("out").iterdir())
    assert made == [f"{k:02d}.png" for k in range(40)]
    for name in made:
        assert Path("out", name).read_bytes() == Path("zipped", name).read_bytes()
    assert Image.open("out.png").size == (8 * 10, 8 * 10)  # the first 32, with what they became


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["c=in"], "there is no field `c`: known here: `a`, `b`"),
        (["label=in"], "`[sample] images` shows nothing made from `label` alone: say `--input a="),
        (["nowhere"], "there is no file or folder nowhere: check the path of `--input`"),
        (["in", "--out", "in"], "in is no place for the results: name another with `--out`"),
        (["in", "--out", "in/one.jpg"], "in/one.jpg is no place for the results"),
        (["in", "--out", "one.png"], "in holds several images, and one.png is one: name a folder"),
        (["in", "-n", "3"], "`--input` translates every image it is given: leave `--count` out"),
        (
            ["in", "--class", "3"],
            "`--input` translates every image it is given: leave `--class` out",
        ),
        (["empty"], "empty holds no images"),
        (["text.txt"], "text.txt in . cannot be read"),
    ],
)
def test_what_cannot_be_translated_is_one_sentence(
    ganforge: Command, run: Path, inputs: Path, arguments: list[str], message: str
) -> None:
    Path("empty").mkdir()
    Path("text.txt").write_text("no image")
    result = ganforge("sample", "run", "--input", *arguments)
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


def test_a_generator_of_noise_translates_nothing(ganforge: Command, train: Command) -> None:
    train("--rounds", "1", "--out", "noise")
    result = ganforge("sample", "noise", "--input", ".")
    assert result.stderr == (
        "error: `dcgan` makes no image from one of the data: leave `--input` out\n"
    )


def test_samples_of_a_run_show_its_data(ganforge: Command, run: Path) -> None:
    translated(ganforge("sample", "run", "--out", "again.png"))
    assert Path("again.png").read_bytes() == Path("run/samples.png").read_bytes()
    images = package.load(run).sample(3)
    assert images.shape == (12, 3, 16, 16)
    assert not images[0].equal(images[4])


def test_networks_of_a_run_are_called_with_tensors(run: Path) -> None:
    networks = package.load(run).networks
    assert networks["back"](networks["there"](torch.rand(2, 3, 16, 16))).shape == (2, 3, 16, 16)
