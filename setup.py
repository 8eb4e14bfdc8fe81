"""Packaging: metadata, dependencies, the `dedup` command. Tool settings are in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = (HERE / "dedup" / "version.py").read_text("utf-8").split('"')[-2]

setup(
    name="dedup",
    version=VERSION,
    description="One canonical version of every copied article in a scraped news dump",
    long_description=(HERE / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["dedup", "dedup.*"]),
    package_data={"dedup": ["py.typed", "match/scorer.json", "sign/languages.json"]},
    install_requires=[
        "trafilatura>=2.3",
        "lxml_html_clean>=0.4",  # older pips do not resolve the extra that jusText asks for
        "lxml>=6.1",
        "htmldate>=1.11",
        "datasketch>=2,<3",
        "numpy>=1.26",
        "numba>=0.61",
        "pebble>=5",
        "fastwarc>=2,<3",
        "zstandard>=0.22",
        "orjson>=3.9",
        "wordfreq>=3",
        "charset-normalizer>=3.4",
        "click>=8.1",
        "tqdm>=4.66",
    ],
    extras_require={
        "parquet": ["pyarrow>=15"],
        "dev": [
            "pyarrow>=15",
            "ruff>=0.6",
            "mypy>=1.11",
            "pytest>=8",
            "pytest-cov>=5",
            "hypothesis>=6.100",
        ],
        # For scripts/bench_*.py. What datatrove needs of its extra `processing` is listed here: the
        # extra asks for a Trafilatura older than ours.
        "bench": [
            "gaoya>=0.2.2",
            "rensa>=0.5",
            "datatrove>=0.10",
            "tokenizers>=0.15",
            "regex>=2023.6",
            "xxhash>=3,<4",
            "matplotlib>=3.8",
        ],
    },
    entry_points={"console_scripts": ["dedup = dedup.__main__:command"]},
)
