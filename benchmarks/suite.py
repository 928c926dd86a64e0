"""The benchmarks, one function for each thing that is promised. Each yields rows, in the order of the table."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import opponents
from benchmarks.inputs import PAGE, hooks, spoiled
from benchmarks.prepared import own_everything
from benchmarks.process import COLLECTING, RECONCILE, SEARCHING, Command, Took, in_turns, serving
from benchmarks.rows import TIMES, Row, Spot, ratio, seconds
from benchmarks.tricks import tricks

SIZES = (100, 1_000, 10_000, 100_000)
FEW = 10
"""So few records that a plan over them is nothing but its start."""
LARGE = 10_000
MOST_FOR_TERRAFORM = 10_000
MOST_FOR_EACH = 1_000
"""More would take Terraform hours: it grows worse than linearly."""
CREATES = 1_000
LATENCY = 0.05
PAGE_LATENCY = 0.02


@dataclass(slots=True)
class Suite:
    """One run of the benchmarks: where files go, how large it gets, and the curves that came of it."""

    folder: Path
    largest: int = SIZES[-1]
    repeat: int = 11
    spots: list[Spot] = field(default_factory=list)

    def place(self, name: str) -> Path:
        """Return a folder of its own."""
        made = self.folder / name
        made.mkdir(parents=True, exist_ok=True)
        return made

    def times(self, records: int) -> int:
        """Return how often to run what handles so many records: the longer, the fewer."""
        return max(1, min(self.repeat, 50_000 // records))


def start(suite: Suite) -> Iterator[Row]:
    """Tell how long the small commands take to start."""
    folder = suite.place("start")
    took = in_turns(
        {
            "bare": opponents.BARE,
            "version": _reconcile(folder, "--version"),
            "help": _reconcile(folder, "--help"),
        },
        suite.repeat,
    )
    yield ratio("start", "`reconcile --version` : `python -c pass`", took["version"], took["bare"], 4.5)
    yield ratio("start", "`reconcile --help` : `python -c pass`", took["help"], took["bare"], 4.5)
    with serving(10) as url:
        own_everything(hooks(folder, 10, url))
        yield from _small(suite, folder)
        yield from _beside_terraform(suite, folder)


def _small(suite: Suite, folder: Path) -> Iterator[Row]:
    commands = {
        "bare": opponents.BARE,
        "validate": _reconcile(folder, "validate"),
        "plan": _reconcile(folder, "plan"),
        "octodns": opponents.octodns_version(),
    }
    took = in_turns({name: command for name, command in commands.items() if command}, suite.repeat)
    for name, most in (("validate", 0.160), ("plan", 0.220)):
        says = f"`reconcile {name}` of 10 subscriptions"
        figures = f"{seconds(took['bare'].cpu)} for an empty program"
        yield Row("start", says, round(took[name].cpu, 3), "s", most, figures)
    if "octodns" in took:
        says = "`reconcile plan` of 10 : `octodns-sync --version`"
        yield ratio("start", says, took["plan"], took["octodns"], 1.7)


def _beside_terraform(suite: Suite, folder: Path) -> Iterator[Row]:
    version = opponents.terraform_version(suite.place("terraform-start"))
    planning = opponents.terraform_plan(suite.place("terraform-10"), 10, for_each=False)
    if version is None or planning is None:
        return
    commands = {"version": _reconcile(folder, "--version"), "its version": version}
    took = in_turns(commands | {"plan": _reconcile(folder, "plan"), "its plan": planning}, suite.repeat)
    says = "`reconcile --version` : `terraform version`"
    yield ratio("start", says, took["version"], took["its version"], None, "wall")
    yield ratio(
        "start", "`reconcile plan` of 10 : `terraform plan` of 10", took["plan"], took["its plan"], None, "wall"
    )


def plan(suite: Suite) -> Iterator[Row]:
    """Tell how a plan without changes grows with the number of records, and how others do."""
    ours: dict[int, Took] = {}
    for records in (size for size in SIZES if size <= suite.largest):
        took = _plans_of(suite, records)
        suite.spots += [Spot(name, records, one.wall, one.cpu, one.memory) for name, one in took.items()]
        ours[records] = took["reconcile"]
        if records == LARGE:
            yield from _against_others(took)
    yield from _beside_reading(suite)
    yield from _growth(suite)
    if suite.largest >= SIZES[-1]:
        memory = ours[SIZES[-1]].memory
        yield Row(
            "plan", f"memory of a plan over {SIZES[-1]:,}", round(memory), "MiB", 1.2 * 1024, "1.2 GiB are allowed"
        )


def _beside_reading(suite: Suite) -> Iterator[Row]:
    """Compare a plan with what it reads, by the same libraries: the floor, were there nothing to check."""
    folder = suite.place("reading")
    with serving(LARGE) as url:
        own_everything(hooks(folder, LARGE, url))
        took = in_turns({"plan": _reconcile(folder, "plan"), "alone": opponents.alone("plan", folder)}, 3)
    yield ratio("plan", f"plan without changes over {LARGE:,} : what it reads alone", took["plan"], took["alone"], None)


def _growth(suite: Suite) -> Iterator[Row]:
    """Compare the sizes with each other: in turns, too, for between the comparisons with others minutes pass."""
    with ExitStack() as servers:
        plans = {}
        for records in (FEW, *(size for size in SIZES[1:] if size <= suite.largest)):
            folder = suite.place(f"growth-{records}")
            own_everything(hooks(folder, records, servers.enter_context(serving(records))))
            plans[str(records)] = _reconcile(folder, "plan")
        took = in_turns(plans, 3)
    start_up = took[str(FEW)].cpu
    for fewer, more, most in ((1_000, 10_000, 11), (10_000, 100_000, 12)):
        if str(more) in took:
            small, large = took[str(fewer)].cpu, took[str(more)].cpu
            grown = (large - start_up) / (small - start_up)
            figures = f"{seconds(small)} → {seconds(large)}, {seconds(start_up)} to start"
            yield Row("plan", f"growth from {fewer:,} to {more:,} records", round(grown, 1), TIMES, most, figures)


def _plans_of(suite: Suite, records: int) -> dict[str, Took]:
    folder = suite.place(f"plan-{records}")
    others = {
        "octoDNS": opponents.octodns_plan(suite.place(f"octodns-{records}"), records),
        "Terraform": opponents.terraform_plan(suite.place(f"terraform-{records}"), records, for_each=False)
        if records <= MOST_FOR_TERRAFORM
        else None,
        "Terraform, for_each": opponents.terraform_plan(suite.place(f"each-{records}"), records, for_each=True)
        if records <= MOST_FOR_EACH
        else None,
    }
    with serving(records) as url:
        own_everything(hooks(folder, records, url))
        commands = {"reconcile": _reconcile(folder, "plan", "--detailed-exitcode")}
        commands |= {name: command for name, command in others.items() if command}
        return in_turns(commands, suite.times(records))


def _against_others(took: Mapping[str, Took]) -> Iterator[Row]:
    ours = took["reconcile"]
    says = f"plan without changes over {LARGE:,}"
    if "octoDNS" in took:
        yield ratio("plan", f"{says} : octoDNS, YAML to YAML", ours, took["octoDNS"], 0.2)
    if "Terraform" in took:
        yield ratio("plan", f"{says} : Terraform, `terraform_data`", ours, took["Terraform"], 0.025, "wall")
    figures = ", ".join(f"{name} {one.memory:.0f} MiB" for name, one in took.items() if one is not ours)
    yield Row("plan", f"memory of a plan over {LARGE:,}", round(ours.memory), "MiB", 160, figures)


def waiting(suite: Suite) -> Iterator[Row]:
    """Tell what a plan adds to the time of the pages that it must wait for."""
    pages = LARGE // PAGE
    chain = pages * PAGE_LATENCY
    for way, longest in (("chained", chain), ("numbered", PAGE_LATENCY)):
        folder = suite.place(f"waiting-{way}")
        with serving(LARGE) as url:
            own_everything(hooks(folder, LARGE, url, way=way))
        with serving(LARGE, PAGE_LATENCY) as slow:
            _moved(folder, hooks(folder, LARGE, slow, way=way))
            took = in_turns({"ours": _reconcile(folder, "plan")}, 3)["ours"]
        says = f"plan over {LARGE:,} on {pages} {way} pages of {PAGE_LATENCY * 1000:.0f} ms"
        yield Row(
            "waiting", says, round(took.wall, 2), "s", round(0.9 + 1.1 * longest, 2), f"{seconds(took.cpu)} computed"
        )


def changed(suite: Suite) -> Iterator[Row]:
    """Tell what a plan takes in which every record differs, and deepdiff's part of it."""
    folder = suite.place("changed")
    with serving(LARGE) as url:
        own_everything(hooks(folder, LARGE, url))
        hooks(folder, LARGE, url, changed=True)
        took = in_turns({"ours": _reconcile(folder, "plan")}, 3)["ours"]
    says = f"plan with all {LARGE:,} changed, the list of changes included"
    yield Row("changed", says, round(took.cpu, 2), "s", None, f"{took.memory:.0f} MiB")
    yield from (row for row in tricks() if row.point == "changed")


def applying(suite: Suite) -> Iterator[Row]:
    """Tell how near an apply comes to what the provider's latency allows, and to its requests alone."""
    for threads, most in ((1, None), (10, 1.15), (32, 1.25), (64, 1.5)):
        ideal = CREATES * LATENCY / threads
        took, alone = [], []
        for _ in range(1 if threads == 1 else 3):
            took.append(_creates(suite, LATENCY, threads).wall)
            alone.append(_requests_alone(LATENCY, threads).wall)
        wall, floor = statistics.median(took), statistics.median(alone)
        says = f"apply of {CREATES:,} creates at {LATENCY * 1000:.0f} ms, parallelism {threads}"
        measured = f"{seconds(wall)} : {seconds(ideal)} by the clock"
        yield Row("apply", f"{says} : N·L/C", round(wall / ideal, 3), TIMES, most, measured)
        measured = f"{seconds(wall)} : {seconds(floor)} by the clock"
        yield Row("apply", f"{says} : its requests alone", round(wall / floor, 3), TIMES, None, measured)
    theirs = opponents.terraform_apply(suite.place("terraform-apply"), CREATES)
    if theirs is not None:
        ours = _creates(suite, 0, 10)
        says = f"apply of {CREATES:,} creates at once : Terraform's, which talks to nobody"
        yield ratio("apply", says, ours, theirs.run(), 0.15, "wall")


def _creates(suite: Suite, latency: float, threads: int) -> Took:
    folder = suite.place("apply")
    _forget_state(folder)
    with serving(0, latency) as url:
        hooks(folder, CREATES, url, way="numbered")  # the pages that are read back in the end come side by side
        return _reconcile(folder, "apply", "--auto-approve", "--parallelism", str(threads)).run()


def _requests_alone(latency: float, threads: int) -> Took:
    with serving(0, latency) as url:
        return opponents.alone("creates", f"{url}/numbered/hooks", CREATES, threads).run()


def validate(suite: Suite) -> Iterator[Row]:
    """Tell how validating compares with reading the file alone."""
    folder = suite.place("validate")
    good = hooks(folder, LARGE, "https://hooks.example.net")
    bad = spoiled(good, every=100)
    commands = {
        "load": opponents.yaml_load(good),
        "good": _reconcile(folder, "validate"),
        "bad": _reconcile(folder, "validate", "--file", str(bad), good=1),
        "events": opponents.alone("events", good),
    }
    took = in_turns(commands, max(1, min(5, suite.repeat)))
    says = f"`reconcile validate` of {LARGE:,}"
    yield ratio("validate", f"{says} : `yaml.load` of the file", took["good"], took["load"], 0.3)
    yield ratio("validate", f"{says}, 100 of them wrong : `yaml.load`", took["bad"], took["load"], None)
    yield ratio("validate", f"libyaml's events of {LARGE:,} alone : `yaml.load`", took["events"], took["load"], None)
    memory = f"{took['good'].memory:.0f} : {took['load'].memory:.0f} MiB"
    yield Row("validate", f"{says}, memory", round(took["good"].memory / took["load"].memory, 2), TIMES, None, memory)


def worth(suite: Suite) -> Iterator[Row]:
    """Tell what each trick is worth: with it, to the same without it."""
    records = suite.largest
    path = hooks(suite.place("collector"), records, "https://hooks.example.net")
    commands = {"held": _reconcile(path.parent, "validate"), "usual": Command([*COLLECTING, "validate"], path.parent)}
    took = in_turns(commands, suite.times(records))
    says = f"validate of {records:,} with the collector held back : as usual"
    yield ratio("tricks", says, took["held"], took["usual"], None)
    ways = {"left out": _reconcile(path.parent, "--help"), "usual": Command([*SEARCHING, "--help"], path.parent)}
    took = in_turns(ways, suite.repeat)
    says = "`--help`, the last search for garbage left out : as usual"
    yield ratio("tricks", says, took["left out"], took["usual"], None)
    yield from (row for row in tricks() if row.point == "tricks")


BENCHMARKS: dict[str, Callable[[Suite], Iterator[Row]]] = {
    "start": start,
    "plan": plan,
    "waiting": waiting,
    "changed": changed,
    "apply": applying,
    "validate": validate,
    "tricks": worth,
}


def _reconcile(folder: Path, *arguments: str, good: int = 0) -> Command:
    return Command([*RECONCILE, *arguments], folder, good=frozenset({good}))


def _forget_state(folder: Path) -> None:
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (folder / ".reconcile" / name).unlink(missing_ok=True)


def _moved(folder: Path, path: Path) -> None:
    """Accept that the provider has another address than when the state was made."""
    Command([*RECONCILE, "state", "reconnect", "bench", "--file", str(path)], folder).run()
