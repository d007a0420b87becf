"""`python -m orchestration.lib.sample` writes the bundled sample anew."""

from pathlib import Path

from orchestration.lib.sample.bundled import write_bundled

if __name__ == "__main__":
    report = write_bundled(Path(__file__).resolve().parents[3] / "seeds")
    print(f"wrote {report.rows} in {report.seconds:.1f} s")
