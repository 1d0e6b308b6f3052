"""make index: rebuild the index of research projects with Airflow's own command line, also while Airflow is stopped."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from include.domain.index import entry_of, index_text

AIRFLOW = str(Path(sys.executable).with_name("airflow"))
PREFIX = "research_project__"


def main() -> None:
    """Read every project Variable, write the index Variable, and say which projects cannot be used."""
    with TemporaryDirectory() as folder:  # files, because a thousand projects are longer than a command line may be
        file = Path(folder) / "variables.json"
        _airflow("variables", "export", str(file))
        variables = json.loads(file.read_text())
        texts = {key.removeprefix(PREFIX): value for key, value in variables.items() if key.startswith(PREFIX)}
        index = {
            project_id: entry_of(project_id, value if isinstance(value, str) else json.dumps(value))
            for project_id, value in texts.items()
        }
        file.write_text(json.dumps({"research_projects": index_text(index)}))
        _airflow("variables", "import", str(file))
    print(f"indexed {len(index)} research projects")
    for project_id, entry in index.items():
        if entry.problem:
            print(f"  {project_id}: {entry.problem}")


def _airflow(*command: str) -> None:
    subprocess.run([AIRFLOW, *command], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
