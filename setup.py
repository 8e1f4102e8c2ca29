"""Build hook: scenarios, sweeps and notebooks are folders of their own in a clone; a wheel carries them inside."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
CARRIED = (("scenarios", "*.yaml"), ("scenarios/sweeps", "*.yaml"), ("notebooks", "*.ipynb"), ("notebooks", "*.md"))
"""What `simulation.scenario.shipped` finds by name, and which files of each folder."""


class BuildWithShipped(build_py):
    """Copies the folders into the package; an editable install finds them where they are."""

    def run(self) -> None:
        """Build the package, then put into it what ships with it."""
        super().run()
        if self.editable_mode:
            return
        packed = Path(self.build_lib, "simulation", "_shipped")
        shutil.rmtree(packed, ignore_errors=True)  # of an earlier build: what was deleted since must not stay
        for folder, pattern in CARRIED:
            (packed / folder).mkdir(parents=True, exist_ok=True)
            for source in sorted((ROOT / folder).glob(pattern)):
                shutil.copyfile(source, packed / folder / source.name)


setup(cmdclass={"build_py": BuildWithShipped})
