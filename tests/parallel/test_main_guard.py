"""Scripts without a `__main__` guard: refused with one sentence, before a process is started."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from runs import text_of

ASK = "from dedup.parallel.main_guard import require_main_guard as start\n"
STARTED = ASK + "start()\nprint('started')\n"

PAGE = f"<html><body><article><p>{text_of(1)}.</p><p>{text_of(2)}.</p></article></body></html>"
PAGES = f"[{{'id': 'a', 'html': {PAGE!r}}}]"


def python(*arguments, folder, **options):
    """Run Python in a folder, without the project's in its path."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": ""},
        **options,
    )


@pytest.fixture
def run_script(tmp_path):
    """Run the source of a script in a process of its own, from a file."""

    def run_it(source, name="night.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(source, "utf-8")
        return python(path.name, folder=path.parent)

    return run_it


def message_of(done):
    """The last line of a traceback, which is the error."""
    assert done.returncode == 1, done.stderr
    return done.stderr.splitlines()[-1]


UNGUARDED = {
    "a call": ("start()\n", 2),
    "a call of a function": ("def main():\n    start()\n\nmain()\n", 5),
    "a call of several lines": ("start(\n)\n", 2),
    "a block": ("for _ in range(1):\n    try:\n        start()\n    finally:\n        pass\n", 4),
    "another condition": ("if start.__name__:\n    start()\n", 3),
    "a guard of something else": ('if __name__ == "__main__":\n    pass\nstart()\n', 4),
    "a comprehension": ("[start() for _ in range(1)]\n", 2),
    "a class": ("class Night:\n    start()\n", 2),
    "a thread": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor() as pool:\n    pool.submit(start).result()\n",
        4,
    ),
}

GUARDED = {
    "a guard": 'if __name__ == "__main__":\n    start()\n',
    "a guard the other way round": "if '__main__' == __name__:\n    start()\n",
    "a function below a guard": (
        'def main():\n    start()\n\nif __name__ == "__main__":\n    main()\n'
    ),
    "a block below a guard": 'if __name__ == "__main__":\n    for _ in [1]:\n        start()\n',
    "a guard in a block": 'for _ in [1]:\n    if __name__ == "__main__":\n        start()\n',
    "a guard in one line": '__name__ == "__main__" and start()\n',
    "the other branch": 'if __name__ != "__main__":\n    pass\nelse:\n    start()\n',
    "a guard in a function": (
        'def main():\n    if __name__ == "__main__":\n        start()\n\nmain()\n'
    ),
    "a guard in the function of a thread": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        'def main():\n    if __name__ == "__main__":\n        start()\n\n'
        "with ThreadPoolExecutor() as pool:\n    pool.submit(main).result()\n"
    ),
    "a question for the parent": (
        "import multiprocessing\nif not multiprocessing.parent_process():\n    start()\n"
    ),
    "a thread below a guard": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        'if __name__ == "__main__":\n'
        "    with ThreadPoolExecutor() as pool:\n        pool.submit(start).result()\n"
    ),
}


@pytest.mark.parametrize("case", UNGUARDED)
def test_module_level_code_may_start_no_process(case, run_script, tmp_path):
    source, line = UNGUARDED[case]
    done = run_script(ASK + source)

    assert message_of(done) == (
        "dedup.errors.UnguardedScriptError: worker processes run "
        f'{tmp_path / "night.py"} from the top, too: write if __name__ == "__main__": above line '
        f"{line}, and indent below it what starts the run"
    )


@pytest.mark.parametrize("case", GUARDED)
def test_guarded_code_may_start_processes(case, run_script):
    done = run_script(ASK + GUARDED[case] + 'if __name__ == "__main__":\n    print("started")\n')

    assert (done.stdout, done.stderr) == ("started\n", "")


def test_code_without_a_file_may_start_processes(tmp_path):
    for arguments, options in ((["-c", STARTED], {}), (["-"], {"input": STARTED})):
        done = python(*arguments, folder=tmp_path, **options)
        assert (done.stdout, done.stderr) == ("started\n", "")


def test_a_prompt_behind_a_script_may_start_processes(tmp_path):
    (tmp_path / "night.py").write_text(ASK)
    done = python("-i", "night.py", folder=tmp_path, input="start()\nprint('started')\n")

    assert done.stdout == "started\n"
    assert "Error" not in done.stderr


def test_the_main_module_of_a_package_may_start_processes(tmp_path):
    (tmp_path / "nightly").mkdir()
    (tmp_path / "nightly" / "__main__.py").write_text(STARTED)

    assert python("-m", "nightly", folder=tmp_path).stdout == "started\n"
    assert python("nightly", folder=tmp_path).stdout == "started\n"


def test_another_module_that_is_run_by_its_name_needs_a_guard(tmp_path):
    (tmp_path / "night.py").write_text(STARTED)
    done = python("-m", "night", folder=tmp_path)

    assert f"{tmp_path / 'night.py'} from the top" in message_of(done)
    assert "above line 2," in message_of(done)


def test_a_module_that_starts_when_it_is_imported_needs_a_guarded_import(run_script, tmp_path):
    (tmp_path / "job.py").write_text(STARTED)

    assert "above line 1," in message_of(run_script("import job\n"))
    done = run_script('if __name__ == "__main__":\n    import job\n')
    assert (done.stdout, done.stderr) == ("started\n", "")


def test_a_script_that_cannot_be_read_any_more_is_left_to_python(run_script):
    done = run_script("import os\nos.remove('night.py')\n" + STARTED)

    assert (done.stdout, done.stderr) == ("started\n", "")


CALLS = {
    "deduplicate": f"print(len(deduplicate({PAGES}, workers=1).survivors))",
    "clean": f"print(len(clean({PAGES}, workers=1).documents))",
}


@pytest.mark.parametrize("name", CALLS)
def test_pages_need_a_guard(name, run_script):
    source = f"from dedup import {name}\n\ndef main():\n    {CALLS[name]}\n\n"

    assert "above line 6," in message_of(run_script(source + "main()\n"))
    done = run_script(f'{source}if __name__ == "__main__":\n    main()\n')
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_pages_need_no_guard_where_there_is_no_file(tmp_path):
    source = f"from dedup import deduplicate\n{CALLS['deduplicate']}\n"
    done = python("-", folder=tmp_path, input=source)

    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.fixture(scope="module")
def many_texts(tmp_path_factory):
    """A dump for which workers are started."""
    path = tmp_path_factory.mktemp("many") / "many.jsonl"
    text = " ".join(text_of(number, 4000) for number in range(10))
    with path.open("w", encoding="utf-8") as file:
        for number in range(20_000_000 // len(text)):
            file.write(json.dumps({"id": str(number), "text": text}) + "\n")
    return path


def test_many_texts_need_a_guard_only_with_several_workers(run_script, many_texts):
    call = "len(deduplicate({!r}, level='copies', workers={}).survivors)"
    source = "from dedup import deduplicate\n"

    several = call.format(str(many_texts), 2)
    assert "above line 2," in message_of(run_script(f"{source}print({several})\n"))
    done = run_script(f'{source}if __name__ == "__main__":\n    print({several})\n')
    assert (done.stdout, done.stderr) == ("1\n", "")
    alone = call.format(str(many_texts), 1)
    assert run_script(f"{source}print({alone})\n").stdout == "1\n"


def test_a_script_that_is_mended_runs_the_same_dump_of_its_store(run_script):
    call = f"deduplicate({PAGES}, store='news.sqlite', dump='monday', workers=1)"
    source = "from dedup import deduplicate\n"

    message_of(run_script(f"{source}{call}\n"))
    done = run_script(f'{source}if __name__ == "__main__":\n    print({call})\n')
    assert done.stdout.startswith("Result(1 input:"), done.stderr


def test_a_process_that_may_have_no_children_says_so_for_pages_and_takes_texts(run_script):
    source = f"""
from multiprocessing import get_context
from dedup import deduplicate
from dedup.errors import WorkerError

def pages():
    try:
        deduplicate({PAGES})
    except WorkerError as error:
        return str(error)

def texts():
    return len(deduplicate([{{"text": {text_of(1)!r}}}], workers=2).survivors)

if __name__ == "__main__":
    with get_context("spawn").Pool(1) as pool:
        print(pool.apply(pages))
        print(pool.apply(texts))
"""
    done = run_script(source)

    first, second = done.stdout.splitlines()
    assert "daemonic" in first
    assert second == "1"
