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
    with TemporaryDirectory() as folder:
        exported = Path(folder) / "variables.json"
        subprocess.run([AIRFLOW, "variables", "export", str(exported)], check=True, stdout=subprocess.DEVNULL)
        variables = json.loads(exported.read_text())
    texts = {key.removeprefix(PREFIX): value for key, value in variables.items() if key.startswith(PREFIX)}
    index = {
        project_id: entry_of(project_id, value if isinstance(value, str) else json.dumps(value))
        for project_id, value in texts.items()
    }
    command = [AIRFLOW, "variables", "set", "research_projects", index_text(index)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(f"indexed {len(index)} research projects")
    for project_id, entry in index.items():
        if entry.problem:
            print(f"  {project_id}: {entry.problem}")


if __name__ == "__main__":
    main()
