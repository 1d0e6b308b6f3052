"""Where everything lies in the object storage; the only place that joins paths.

projects/<project_id>/
  project/<timestamp>.json                     every version of the configuration
  <entity>/units/<unit>/pages/<round>-<slice>-<number>.json.zst
  <entity>/units/<unit>/part.parquet           the unit's records
  <entity>/units/<unit>/answers/<time>.bin     answers that were refused for good, or cannot be read
  <entity>/manifests/<unit>.json               all manifests side by side: one listing shows what changed
  <entity>/rollup.json.zst                     what is known of all units; made again from the manifests
  <entity>/card.json                           which version of each description says what
  <entity>/estimate.json                       days that were sampled before the harvest, to estimate what it costs
  <entity>/dataset/<yyyy-mm>.parquet           one row per id
  <entity>/dataset/manifest.json
  <entity>/dataset/README.md, codebook.csv, dataset.jsonld, ro-crate-metadata.json
  <entity>/dataset/disclosure.md, disclosure.json
  <entity>/export/<yyyy-mm>.parquet, README.md  the export for papers: pseudonyms, no texts
  records/tiktok/<project_id>/new/<yyyy>/<mm>/<dd>/<record id>.json
  arriving/                                    records on their way into the tree
  hand-over/<run>/<yyyy-mm>.sha256             which records a run put into the tree; <yyyy-mm>.deletes: which left
  refused/<record id>.json                     a record that iCANDID would not take, with the reason
  registration/<run>.json                      what reconciled, run by run
  registration/described/<sink>/<yyyy-mm>.parquet  which records a sink took, by digest
  registration/described/<sink>/months.json    a line about each of these files, so that they need not be read
  notices/<deadline>/<days before>.json        which notifications were sent
certificates/<project_id>/<timestamp>.json, .md  what a purge removed, in counts
applications/<application_id>/
  drafts/<number>.json                         every version of the answers
  dossier.md, dossier.html, completeness.json  the latest version, to be read
probes/<connection>/<time>.json, .md           what a probe of the API found
probes/<connection>/<time>/notebook.json       what it needs to go on; gone when it has ended
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

LEASES = "leases"
RECORDS = "records for iCANDID"
OTHER = "others"
OLD = "objects of an earlier layout"
KINDS = {
    LEASES: r"(.+/)?lease/[^/]+",
    "pages": r"[^/]+/units/[^/]+/pages/[^/]+",
    "parts": r"[^/]+/units/[^/]+/part\.parquet",
    "refusals": r"[^/]+/units/[^/]+/answers/.+",
    "manifests": r"[^/]+/manifests/[^/]+\.json",
    "caches": r"[^/]+/(rollup\.json\.zst|card\.json)",
    "samples": r"[^/]+/estimate\.json",
    OLD: r"[^/]+/windows/.+",
    "dataset files": r"[^/]+/dataset/.+",
    "exports for papers": r"[^/]+/export/.+",
    RECORDS: r"(records|arriving)/.+",
    "refused records": r"refused/.+",
    "lists of records": r"(hand-over|registration)/.+",
    "configuration versions": r"project/.+",
    "notices": r"notices/.+",
}
"""The sorts of objects of a project, by their paths below its root."""


@dataclass(frozen=True)
class ProjectLayout:
    """The paths of one research project, for one entity of it."""

    project_id: str
    entity: str = "videos"

    @property
    def root(self) -> str:
        return f"projects/{self.project_id}"

    @property
    def everything(self) -> str:
        """All that there is of the project, but for the certificates of what was purged."""
        return f"{self.root}/"

    @property
    def handed_out(self) -> tuple[str, ...]:
        """What is there for iCANDID, and what is known of it."""
        return tuple(f"{self.root}/{name}/" for name in ("records", "arriving", "hand-over", "refused", "registration"))

    @property
    def certificates(self) -> str:
        return f"certificates/{self.project_id}/"

    def certificate(self, timestamp: str) -> str:
        return f"{self.certificates}{timestamp}.json"

    def certificate_text(self, timestamp: str) -> str:
        return f"{self.certificates}{timestamp}.md"

    @staticmethod
    def is_harvest(folders: Iterable[str]) -> bool:
        """Whether a folder of the project with these folders in it is what was harvested of one entity."""
        return not {"units", "windows", "dataset"}.isdisjoint(folders)

    def kind_of(self, path: str) -> str:
        """What sort of thing an object of the project is, for counting."""
        inside = path.removeprefix(self.everything)
        return next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, inside)), OTHER)

    @property
    def configurations(self) -> str:
        return f"{self.root}/project/"

    def configuration(self, timestamp: str) -> str:
        return f"{self.configurations}{timestamp}.json"

    @property
    def harvest(self) -> str:
        return f"{self.root}/{self.entity}/"

    @property
    def units(self) -> str:
        return f"{self.harvest}units/"

    @property
    def earlier_layout(self) -> str:
        """Where windows lay before units had manifests side by side."""
        return f"{self.harvest}windows/"

    def unit(self, unit: str) -> str:
        return f"{self.units}{unit}/"

    def pages(self, unit: str) -> str:
        return f"{self.unit(unit)}pages/"

    def page(self, unit: str, round_: int, slice_: int, number: int) -> str:
        return f"{self.pages(unit)}{round_:04d}-{slice_:04d}-{number:06d}.json.zst"

    def answer(self, unit: str, at: str) -> str:
        return f"{self.unit(unit)}answers/{_plain(at)}.bin"

    def part(self, unit: str) -> str:
        return f"{self.unit(unit)}part.parquet"

    @property
    def manifests(self) -> str:
        return f"{self.harvest}manifests/"

    def manifest(self, unit: str) -> str:
        return f"{self.manifests}{unit}.json"

    def unit_of_manifest(self, path: str) -> str:
        """The unit whose manifest lies at `path`."""
        return path.removeprefix(self.manifests).removesuffix(".json")

    @property
    def rollup(self) -> str:
        """What is known of all units: a cache of the manifests."""
        return f"{self.harvest}rollup.json.zst"

    @property
    def card(self) -> str:
        """Which version of each description of the dataset says what: a cache of them."""
        return f"{self.harvest}card.json"

    @property
    def estimate(self) -> str:
        """The days that were sampled to estimate what the harvest costs."""
        return f"{self.harvest}estimate.json"

    @property
    def drift(self) -> str:
        """Which fields TikTok was seen to add, drop or change, so that people are told of each once."""
        return f"{self.harvest}drift.json"

    @property
    def dataset(self) -> str:
        return f"{self.harvest}dataset/"

    def month(self, month: str) -> str:
        return f"{self.dataset}{month}.parquet"

    def month_of(self, path: str) -> str:
        """The month whose file lies at `path` (`yyyy-mm`); empty when it is another file."""
        found = re.fullmatch(rf"{re.escape(self.dataset)}(\d{{4}}-\d\d)\.parquet", path)
        return found[1] if found else ""

    @property
    def dataset_manifest(self) -> str:
        return f"{self.dataset}manifest.json"

    @property
    def descriptions(self) -> tuple[str, ...]:
        """README, codebook, schema.org/Dataset and RO-Crate."""
        names = ("README.md", "codebook.csv", "dataset.jsonld", "ro-crate-metadata.json")
        return tuple(f"{self.dataset}{name}" for name in names)

    @property
    def disclosure(self) -> tuple[str, str]:
        """The disclosure report, as Markdown and as JSON."""
        return f"{self.dataset}disclosure.md", f"{self.dataset}disclosure.json"

    @property
    def export(self) -> str:
        return f"{self.harvest}export/"

    def export_month(self, month: str) -> str:
        return f"{self.export}{month}.parquet"

    @property
    def export_readme(self) -> str:
        return f"{self.export}README.md"

    @property
    def records(self) -> str:
        return f"{self.root}/records/tiktok/{self.project_id}/new/"

    def record(self, day: date, record_id: str) -> str:
        return f"{self.records}{day:%Y/%m/%d}/{record_id}.json"

    @property
    def arriving(self) -> str:
        return f"{self.root}/arriving/"

    def refused(self, record_id: str) -> str:
        return f"{self.root}/refused/{record_id}.json"

    def registration(self, run: str) -> str:
        return f"{self.root}/registration/{_plain(run)}.json"

    def all_described(self, sink: str) -> str:
        return f"{self.root}/registration/described/{sink}/"

    def described(self, sink: str, month: str) -> str:
        return f"{self.all_described(sink)}{month}.parquet"

    @staticmethod
    def month_of_described(path: str) -> str:
        """The month whose digests lie at `path`; empty where none do."""
        name = path.rpartition("/")[2]
        return name.removesuffix(".parquet") if name.endswith(".parquet") else ""

    def described_months(self, sink: str) -> str:
        return f"{self.all_described(sink)}months.json"

    def handed_over(self, run: str, month: str) -> str:
        return f"{self.root}/hand-over/{_plain(run)}/{month}.sha256"

    def deletes(self, run: str, month: str) -> str:
        return f"{self.root}/hand-over/{_plain(run)}/{month}.deletes"

    def notice(self, deadline: str, days: int) -> str:
        return f"{self.root}/notices/{deadline}/{days}.json"


@dataclass(frozen=True)
class ApplicationLayout:
    """The paths of one application to TikTok."""

    application_id: str

    @property
    def root(self) -> str:
        return f"applications/{self.application_id}/"

    @property
    def drafts(self) -> str:
        return f"{self.root}drafts/"

    def draft(self, number: int) -> str:
        return f"{self.drafts}{number:04d}.json"

    @property
    def dossiers(self) -> tuple[str, str, str]:
        """Markdown, HTML, and the completeness report."""
        return f"{self.root}dossier.md", f"{self.root}dossier.html", f"{self.root}completeness.json"


@dataclass(frozen=True)
class ProbeLayout:
    """The paths of one probe of the API."""

    connection_id: str
    at: datetime

    @property
    def root(self) -> str:
        return f"probes/{_plain(self.connection_id)}/{self.at:%Y%m%dT%H%M%SZ}"

    @property
    def report(self) -> str:
        return f"{self.root}.json"

    @property
    def report_text(self) -> str:
        return f"{self.root}.md"

    @property
    def notebook(self) -> str:
        return f"{self.root}/notebook.json"


def leases(prefix: str) -> str:
    """Where the leases of what lies below `prefix` are."""
    return f"{prefix}lease/"


def lease_path(prefix: str, number: int) -> str:
    """One of them."""
    return f"{leases(prefix)}{number:06d}.json"


def ledger_day(client: str, day: date) -> str:
    """Where the ledger of one client and day lies."""
    return f"quota/{client}/{day.isoformat()}/"


def ledger_entry(client: str, day: date, task: str) -> str:
    """One task's line of the ledger."""
    return f"{ledger_day(client, day)}{task}.json"


def _plain(run: str) -> str:
    """Airflow's run ids hold colons and plus signs, which some stores and shells dislike."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", run)
