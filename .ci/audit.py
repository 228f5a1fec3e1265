"""Looks the locked dependencies up among the known vulnerabilities; says so where the package index does not tell any.

Options are pip-audit's: `--vulnerability-service osv`, for one, asks another service.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCKS = (Path("requirements.txt"), Path(".ci/requirements.txt"), Path("benchmarks/requirements.txt"))


def audited(lock: Path) -> list[dict[str, object]]:
    """What pip-audit knows of each package of a lock; nothing where it cannot ask."""
    tool = Path(sys.executable).with_name("pip-audit")
    command = [tool, "--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json", "-r", lock]
    result = subprocess.run([*command, *sys.argv[1:]], capture_output=True, text=True, timeout=300, check=False)
    try:
        found: list[dict[str, object]] = json.loads(result.stdout)["dependencies"]
    except ValueError:
        print(f"{lock}: pip-audit failed: {result.stderr.strip()[-300:]}")
        return []
    return found


def main() -> int:
    faults = 0
    for lock in LOCKS:
        found = audited(lock)
        known = [package for package in found if "skip_reason" not in package]
        for package in known:
            for fault in package["vulns"]:
                faults += 1
                print(f"{lock}: {package['name']} {package['version']}: {fault['id']}, mended in {fault['fix_versions']}")
        if known:
            print(f"{lock}: {len(known)} of {len(found)} packages were looked up")
        else:
            print(f"{lock}: SKIPPED, the package index here does not tell vulnerabilities")
    return 1 if faults else 0


sys.exit(main())
