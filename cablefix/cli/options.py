"""Options that several commands have in common."""

from __future__ import annotations

from pathlib import Path

import click

profile_option = click.option(
    "--profile",
    default="auto",
    show_default=True,
    metavar="NAME|FILE",
    help="What kind of document it is: auto, cable, prose, faithful (layout only), or a TOML file of your own.",
)
dictionary_option = click.option(
    "--dictionary",
    "dictionaries",
    multiple=True,
    metavar="FOLDER|FILE",
    type=click.Path(exists=True, path_type=Path),
    help="Lists of your own: words.txt, names.txt, corrections.tsv, code tables; may be given several times.",
)
