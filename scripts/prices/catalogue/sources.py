"""The data sets: which versions, where they come from, that their licence allows their use."""

import dataclasses
import hashlib
import pathlib
import subprocess
import sys
import zipfile

VERSIONS = {"genai-prices": "0.2.3", "litellm": "1.109.1"}

# The one file of each package that holds data. It is read, never run.
DATA = {
    "genai-prices": "genai_prices/data.py",
    "litellm": "litellm/model_prices_and_context_window_backup.json",
}

# What every MIT licence says; anything else stops the build.
GRANT = "Permission is hereby granted, free of charge, to any person obtaining a copy"


@dataclasses.dataclass
class Package:
    name: str
    version: str
    sha256: str
    licence: str
    data: str


def unpack(wheels, temporary):
    """Returns the packages by name, from the folder `wheels` or downloaded with pip into `temporary`."""
    if wheels is None:
        wheels = temporary
        wanted = [f"{name}=={version}" for name, version in VERSIONS.items()]
        # The platform is fixed so that every machine reads the same file.
        platform = ["--platform", "manylinux_2_28_x86_64", "--platform", "any", "--python-version", "3.12"]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, *platform, "--dest", str(wheels), *wanted], check=True)
    return {name: read_wheel(name, version, pathlib.Path(wheels)) for name, version in VERSIONS.items()}


def read_wheel(name, version, folder):
    stem = f"{name.replace('-', '_')}-{version}"
    found = sorted(folder.glob(f"{stem}-*.whl"))
    if len(found) != 1:
        sys.exit(f"{folder} has {len(found)} wheels of {stem}, expected one")
    with zipfile.ZipFile(found[0]) as wheel:
        metadata = wheel.read(f"{stem}.dist-info/METADATA").decode()
        licence = wheel.read(f"{stem}.dist-info/licenses/LICENSE").decode()
        data = wheel.read(DATA[name]).decode()
    if "License-Expression: MIT\n" not in metadata or GRANT not in licence:
        sys.exit(f"{name} {version} is no longer under the MIT licence")
    return Package(name, version, hashlib.sha256(found[0].read_bytes()).hexdigest(), licence.strip(), data)


def notices(packages):
    """Returns the text that has to be passed on with the data."""
    parts = ["prices.json is made by scripts/prices/update from data of the packages below.\n"]
    for package in sorted(packages.values(), key=lambda package: package.name):
        rule = "=" * 80
        head = f"{package.name} {package.version}, file {DATA[package.name]}, wheel SHA-256 {package.sha256}"
        parts.append(f"{rule}\n{head}\n{rule}\n\n{package.licence}\n")
    return "\n".join(parts)
