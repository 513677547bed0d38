"""The ``youju`` command: it gathers the commands of all rooms and turns problems into words and exit codes."""

from __future__ import annotations

import json
import os
from importlib.metadata import entry_points

import click

from engine.jobs.commands import worker
from engine.kernel.problems import EngineError
from engine.packs.commands import pack
from engine.runtime.commands import user

REFUSED = 1
GROUP = "youju.commands"
