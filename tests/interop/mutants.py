#!/usr/bin/env python3
"""Mutates the runtime as text, one bug at a time, in a copy of the tree, and lets the simulator look for it.

Usage: tests/interop/mutants.py [--count SEEDS] [--only NAME] [--keep FOLDER]
The tree is built once; for each mutant its project alone, whose assembly is put beside the simulator. Seeds are played until one
breaks a promise. Exit code 1 when a mutant is not found.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

RUNTIME = "engine/ColumnStream.Runtime/"
CHECKPOINTS = RUNTIME + "Checkpoints/"

# name, file, text, text instead; the text must be there once.
MUTANTS = [
    ("alignment forgotten", RUNTIME + "Tasks/StreamTask.cs", "        Gate.Block(channel);\n", ""),
    ("no fence before the claim", CHECKPOINTS + "CheckpointStore.cs", 
     "        if (Newest(\"gen/\") != claim.Generation)\n        {\n            return false;\n        }\n", ""),
    ("no fence behind the claim", CHECKPOINTS + "CheckpointStore.cs", "        return Newest(\"gen/\") == claim.Generation && Newest(\"floor/\") <= claim.Epoch;\n",
     "        return true;\n"),
    ("commit carries this epoch only", RUNTIME + "Tasks/TaskCheckpoints.cs", "            if (prepared <= epoch)\n", "            if (prepared == epoch)\n"),
    ("committables of vanished subtasks", CHECKPOINTS + "RestorePoint.cs", "task.Subtask % parallelism == subtask", "task.Subtask == subtask"),
    ("chain not broken by a lost file", CHECKPOINTS + "SnapshotWriter.cs",
     "            foreach ((StateChain chain, _, _) in _written)\n            {\n                chain.Break();\n            }\n", ""),
    ("watermark of overlapping readers only", CHECKPOINTS + "RestorePoint.cs",
     "state.FollowsSplits && task.Parallelism != parallelism", "state.FollowsSplits && task.Parallelism < 0"),
    ("states of the same place only", CHECKPOINTS + "RestorePoint.cs",
     "(former.First >= keyGroups.End || keyGroups.First >= former.End)", "former.First != keyGroups.First"),
    ("no commit behind a restore", RUNTIME + "Tasks/TaskBuilder.cs", "                if (committables.Count > 0)\n", "                if (committables.Count > 1000)\n"),
    ("sources not rewound", RUNTIME + "Tasks/TaskBuilder.cs", "                source.Reader.Restore(splits);\n", "                _ = splits;\n"),
    ("pre-images not kept", "engine/ColumnStream.Engine/State/RowStore.cs",
     "                SaveImage(row, slot);\n            }\n\n            if (Injected", "            }\n\n            if (Injected"),
]


def build(tree: pathlib.Path, project: str) -> str:
    """Builds a project; returns what went wrong, or nothing."""
    done = subprocess.run(
        ["dotnet", "build", project, "-c", "Release", "-v", "q", "--nologo", "-p:TreatWarningsAsErrors=false"],
        cwd=tree, capture_output=True, text=True, check=False)
    return done.stdout[-2000:] if done.returncode != 0 else ""


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--only")
    options.add_argument("--keep")
    options = options.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    work = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="mutants-"))
    tree = work / "tree"
    if not tree.exists():
        shutil.copytree(root, tree, ignore=shutil.ignore_patterns("artifacts", ".git", ".columnstream"))
    base = tree / "artifacts/bin/ColumnStream.Fuzz/release"
    failure = build(tree, "tests/ColumnStream.Fuzz")
    if failure:
        print(failure)
        return 1
    play = work / "play"
    shutil.copytree(base, play, dirs_exist_ok=True)
    missed = 0
    for name, file, text, instead in MUTANTS:
        if options.only and options.only not in name:
            continue
        path = tree / file
        original = path.read_text()
        if original.count(text) != 1:
            print(f"{name}: its text stands {original.count(text)} times in {file}: mend this list", flush=True)
            missed += 1
            continue
        path.write_text(original.replace(text, instead))
        try:
            started = time.monotonic()
            project = "/".join(file.split("/")[:2])
            assembly = project.split("/")[1] + ".dll"
            failure = build(tree, project)
            if failure:
                print(f"{name}: does not build\n{failure}", flush=True)
                missed += 1
                continue
            shutil.copy(tree / "artifacts/bin" / project.split("/")[1] / "release" / assembly, play / assembly)
            # One finding is enough: a mutant may break every history.
            run = subprocess.run(
                ["dotnet", str(play / "ColumnStream.Fuzz.dll"), "simulation",
                 "--seed", "1", "--count", str(options.count), "--findings", "1"],
                capture_output=True, text=True, check=False)
            shutil.copy(base / assembly, play / assembly)
            found = run.stdout.splitlines()
            if run.returncode == 0:
                missed += 1
                print(f"{name}: NOT FOUND by {options.count} seeds", flush=True)
            else:
                print(f"{name}: {found[0].split()[1] if found else '?'}: {found[1][:160] if len(found) > 1 else run.stderr[-500:]} "
                      f"({time.monotonic() - started:.0f} s)", flush=True)
        finally:
            path.write_text(original)
    if not options.keep:
        shutil.rmtree(work)
    print(f"{missed} not found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
