"""Reading a pack from its folder: strict JSON, nothing that could run, every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from engine.catalog.documents import Documents, document_problems, kind_of
from engine.catalog.problems import MISSING_DOCUMENT
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.strict_json import Unread, read_json
from engine.packs import problems
from engine.rules.problems import RULE_TWICE
from engine.rules.text.reading import read_rules

FILE_LIMIT = 5_000_000
MANIFEST = "pack.json"
SHARED = "shared"
"""The folder of the market that holds the modules which several packs need."""

RULE_TEXT = ".rule"
ASSETS = (".md", ".png", ".jpg", ".svg", ".pdf", ".csv")
PARTS = ("seed", "demo", "scenarios", "texts", "assets")


@dataclass(frozen=True)
class Pack:
    """One pack as read: ``documents`` are those of its app, the rest is what its folders beside hold.

    ``needs`` are ranges of versions by the key of the pack that is needed; an empty one is any version.
    """

    key: str
    version: str
    labels: Text
    description: Text
    needs: Mapping[str, str]
    documents: Documents
    users: tuple[Json, ...]
    demo: tuple[Json, ...]
    scenarios: tuple[Json, ...]
    seed: tuple[Json, ...] = ()
    past: tuple[Json, ...] = ()


def market() -> Mapping[str, Path]:
    """Return the folders of the packs that ship with Youju, by key."""
    folder = Path(str(files("templates_market")))
    found = [*folder.glob(f"*/{MANIFEST}"), *folder.glob(f"{SHARED}/*/{MANIFEST}")]
    return {item.parent.name: item.parent for item in sorted(found, key=lambda item: item.parent.name)}


def find_pack(name: str) -> Path:
    """Return the folder of a pack that is named by its key or by its path."""
    path = Path(name)
    if (path / MANIFEST).is_file():
        return path
    shipped = market()
    if name in shipped:
        return shipped[name]
    raise EngineError(problems.NO_PACK.at(name=name, known=", ".join(shipped)))


def read_pack(folder: Path) -> Pack:
    """Return the pack in a folder; EngineError with every file that cannot be read and every breach of the manifest."""
    found: list[Problem] = []
    read: dict[str, Json] = {}
    for path in _members(folder, found):
        name = path.relative_to(folder).as_posix()
        if path.suffix == RULE_TEXT:
            _read_rules(path, name, read, found)
            continue
        document = _read_json(path, name)
        if isinstance(document, Problem):
            found.append(document)
        else:
            _keep(name, name, document, read, found)
    if MANIFEST in read:
        found.extend(document_problems("pack", MANIFEST, read[MANIFEST]))
    elif not (folder / MANIFEST).exists():
        found.append(MISSING_DOCUMENT.at(MANIFEST, name=MANIFEST))
    manifest = read.pop(MANIFEST, None)
    for name, document in read.items():
        found.extend(_part_problems(name, document))
    if found:
        raise EngineError(found)
    return _pack(manifest, read)


def _read_rules(path: Path, name: str, read: dict[str, Json], found: list[Problem]) -> None:
    """Read a text of rules as the documents that it stands for; none may be there twice."""
    if path.stat().st_size > FILE_LIMIT:
        found.append(problems.TOO_LARGE.at(name, got=path.stat().st_size, limit=FILE_LIMIT))
        return
    try:
        rules = read_rules(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        found.append(problems.NOT_TEXT.at(name))
        return
    except EngineError as error:
        found.extend(replace(problem, path=f"{name}:{problem.path}") for problem in error.problems)
        return
    for rule in rules:
        _keep(name, f"rules/{rule.document['key']}.json", rule.document, read, found)


def _keep(file: str, name: str, document: Json, read: dict[str, Json], found: list[Problem]) -> None:
    if name in read:
        found.append(RULE_TWICE.at(file, name=name))
    read[name] = document


def _part_problems(name: str, document: Json) -> list[Problem]:
    """Return the breaches of shape of a file with scenarios or demo data; those of the app are found when it is read.

    What stands in ``demo/`` says itself what it is: users or records.
    """
    match name.split("/", maxsplit=1)[0], document:
        case "scenarios", _:
            return document_problems("scenarios", name, document)
        case "seed", _:
            return document_problems("seed", name, document)
        case "demo", {"kind": "past"}:
            return document_problems("past", name, document)
        case "demo", {"kind": "users"}:
            return document_problems("users", name, document)
        case "demo", _:
            return document_problems("records", name, document)
        case _:
            return []


def _pack(manifest: Json, read: Mapping[str, Json]) -> Pack:
    labels = Text.from_json(manifest["labels"])
    described = manifest.get("description")
    documents = {name: document for name, document in read.items() if name.split("/")[0] not in PARTS}
    app = documents.get("app.json")
    if isinstance(app, dict) and app.get("key") != manifest["key"]:
        raise EngineError(problems.OTHER_KEY.at("app.json#/key", pack=manifest["key"], app=app.get("key")))
    demo = _folder(read, "demo")
    return Pack(
        key=manifest["key"],
        version=manifest["version"],
        labels=labels,
        description=Text.from_json(described) if described else labels,
        needs={key: wanted for key, _, wanted in (need.partition(" ") for need in manifest.get("needs", ()))},
        documents=documents,
        users=tuple(user for document in demo for user in document.get("users", ())),
        demo=tuple(record for document in demo for record in document.get("records", ())),
        scenarios=tuple(_scenarios(read)),
        past=tuple(document for document in demo if document.get("kind") == "past"),
        seed=tuple(record for document in _folder(read, "seed") for record in document.get("records", ())),
    )


def _folder(read: Mapping[str, Json], folder: str) -> list[Json]:
    """Return the documents of a folder in the order of their names."""
    return [document for name, document in sorted(read.items()) if name.startswith(f"{folder}/")]


def _scenarios(read: Mapping[str, Json]) -> Iterable[Json]:
    return (scenario for document in _folder(read, "scenarios") for scenario in document["scenarios"])


def _members(folder: Path, found: list[Problem]) -> Iterable[Path]:
    """Go through the JSON files and the texts of rules of a pack; what else there is must be an asset or a note."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found.append(problems.FOREIGN_FILE.at(name, name=name))
        elif path.is_file():
            known = kind_of(name) or name == MANIFEST or name.split("/")[0] in PARTS
            if (path.suffix == ".json" and known) or (path.suffix == RULE_TEXT and path.parent == folder / "rules"):
                yield path
            elif path.suffix not in ASSETS:
                found.append(problems.FOREIGN_FILE.at(name, name=name))


def _read_json(path: Path, name: str) -> Json | Problem:
    size = path.stat().st_size
    if size > FILE_LIMIT:
        return problems.TOO_LARGE.at(name, got=size, limit=FILE_LIMIT)
    read = read_json(path.read_bytes())
    if not isinstance(read, Unread):
        return read
    if not read.is_text:
        return problems.NOT_TEXT.at(name)
    if read.repeated is not None:
        return problems.TWICE.at(name, key=read.repeated)
    return problems.BAD_JSON.at(name, line=read.line, column=read.column, reason=read.reason)
