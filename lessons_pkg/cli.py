"""The `lessons` command: `lessons doctor` and `lessons progress`."""

import argparse
import sys

from lessons_pkg import __version__
from lessons_pkg.doctor import diagnose
from lessons_pkg.doctor.result import Report


def main(arguments=None):
    """Run one subcommand and return its exit status."""
    options = _parser().parse_args(arguments)
    return options.run(options)


def doctor(options):
    """Say whether this machine can run the course; 1 if it cannot."""
    return diagnose(_progress_file())


def progress(options):
    """List the exercises that were solved, or forget them."""
    from lessons_pkg.exercises import exercise, names
    from lessons_pkg.exercises.checker import progress as kept

    say = Report(sys.stdout).line
    if options.reset:
        was_there = kept.path().exists()
        kept.reset()
        say(f"Deleted {kept.path()}." if was_there else "Nothing was kept.")
        return 0
    done, every = kept.solved(), [exercise(name) for name in names()]
    width = max((len(ex.name) for ex in every), default=0)
    for ex in every:
        say(f"{done.get(ex.name, 'not yet'):<10}  {ex.name:<{width}}  {ex.title}")
    solved = sum(ex.name in done for ex in every)
    say(f"{solved} of {len(every)} exercises solved. Kept in {kept.path()};")
    say("`lessons progress --reset` deletes that file.")
    return 0


def _progress_file():
    """Find the file that keeps what was solved; None where numpy is missing."""
    try:
        from lessons_pkg.exercises.checker.progress import path

        return path()
    except Exception:  # the doctor must work where the course does not
        return None


def _parser():
    parser = argparse.ArgumentParser(
        prog="lessons",
        description="Tools of the course on deep learning foundations.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    _add(commands, doctor, "say whether this machine can run the course")
    command = _add(commands, progress, "list the exercises that were solved")
    command.add_argument(
        "--reset", action="store_true", help="delete the file that keeps them"
    )
    return parser


def _add(commands, run, text):
    """Add the subcommand that is named like its function."""
    command = commands.add_parser(run.__name__, help=text, description=text)
    command.set_defaults(run=run)
    return command


if __name__ == "__main__":
    sys.exit(main())
